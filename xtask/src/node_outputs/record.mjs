// Checks, translates and runs each program of a directory, and writes down what it prints.
//
// A program is a file `name.ts`, or a directory `name` with a `main.ts`. Beside it come `name.out`, its
// standard output, and `name.exit`, its exit status where that is not 0. The builtin modules of the
// language are not all Node's: shims with Node's own functions behind them stand in.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

const programs = path.resolve(process.argv[2]);
const scratch = path.resolve("programs");

const SHIMS = {
  "node:crypto": `import { createHash } from "node:crypto";
export const sha256Hex = (text) => createHash("sha256").update(text, "utf8").digest("hex");
`,
  "node:timers/promises": `export const sleepMs = (ms) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, Math.trunc(ms) || 0));
};
`,
};

const DECLARATIONS = `
declare module "node:crypto" { export function sha256Hex(text: string): string; }
declare module "node:timers/promises" { export function sleepMs(ms: number): void; }
declare const console: { log(...values: unknown[]): void };
`;

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noEmit: true,
  lib: ["lib.es2022.d.ts"],
  types: [],
  allowUnreachableCode: true,
};

function modulesOf(program) {
  if (fs.statSync(program).isFile()) return [program];
  const entries = fs.readdirSync(program, { recursive: true });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => path.join(program, name));
}

function typeErrors(modules, declarations) {
  const program = ts.createProgram([...modules, declarations], OPTIONS);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    if (!diagnostic.file) return text;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    return `${diagnostic.file.fileName}:${line + 1}: ${text}`;
  });
}

// Where an import leads once every module is an .mjs in the scratch directory.
function redirect(specifier) {
  if (specifier in SHIMS) return path.join(scratch, `shim-${Object.keys(SHIMS).indexOf(specifier)}.mjs`);
  return `${specifier.replace(/\.ts$/, "")}.mjs`;
}

const redirectImports = (context) => (file) => {
  const visit = (node) =>
    ts.isImportDeclaration(node)
      ? context.factory.updateImportDeclaration(
          node,
          node.modifiers,
          node.importClause,
          context.factory.createStringLiteral(redirect(node.moduleSpecifier.text)),
          node.attributes,
        )
      : node;
  return ts.visitEachChild(file, visit, context);
};

function translate(module, root) {
  const { outputText } = ts.transpileModule(fs.readFileSync(module, "utf8"), {
    compilerOptions: { ...OPTIONS, noEmit: false, verbatimModuleSyntax: true },
    fileName: module,
    transformers: { before: [redirectImports] },
  });
  const target = path.join(scratch, path.relative(root, module).replace(/\.ts$/, ".mjs"));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, outputText);
}

fs.rmSync(scratch, { recursive: true, force: true });
fs.mkdirSync(scratch, { recursive: true });
Object.values(SHIMS).forEach((text, index) => fs.writeFileSync(path.join(scratch, `shim-${index}.mjs`), text));
const declarations = path.join(scratch, "declarations.d.ts");
fs.writeFileSync(declarations, DECLARATIONS);

let wrong = 0;
let recorded = 0;
for (const name of fs.readdirSync(programs).sort()) {
  const program = path.join(programs, name);
  const isDirectory = fs.statSync(program).isDirectory();
  if (!isDirectory && !name.endsWith(".ts")) continue;
  const modules = modulesOf(program);
  const errors = typeErrors(modules, declarations);
  errors.forEach((error) => console.error(error));
  wrong += errors.length;
  modules.forEach((module) => translate(module, programs));
  const stem = name.replace(/\.ts$/, "");
  const main = path.join(scratch, isDirectory ? `${name}/main.mjs` : `${stem}.mjs`);
  const { stdout, status } = spawnSync(process.execPath, [main], { maxBuffer: 1 << 28 });
  fs.writeFileSync(path.join(programs, `${stem}.out`), stdout);
  const exit = path.join(programs, `${stem}.exit`);
  if (status === 0) fs.rmSync(exit, { force: true });
  else fs.writeFileSync(exit, `${status}\n`);
  recorded += 1;
}
fs.writeFileSync(path.join(programs, "NODE_VERSION"), `${process.version}\n`);
console.error(`node-outputs: ${recorded} programs, Node.js ${process.version}, ${wrong} type errors`);
process.exitCode = wrong === 0 ? 0 : 1;
