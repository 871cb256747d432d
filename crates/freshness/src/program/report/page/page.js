"use strict";
// Names come from file systems: they are only ever put into the page as text.
(() => {
  const AT_ONCE = 200;
  const STATES = [null, ["changed", "bad"], ["touched", "warn"], ["absent", "plain"], ["unclear", "warn"]];
  const data = JSON.parse(document.getElementById("data").textContent);
  const tree = document.getElementById("tree");
  const search = document.getElementById("search");
  const only = document.getElementById("only");
  const count = document.getElementById("count");

  const make = (tag, style, text) => {
    const element = document.createElement(tag);
    if (style) element.className = style;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const shown = (number) => number.toLocaleString("en");

  const directory = (name) => ({ name, below: new Map(), files: [], inputs: 0, changes: 0 });
  const isChange = (state) => state === 1 || state === 2 || state === 4;

  // `data.dirs`: a directory with its last slash, and for each of its files name, set of reasons, state.
  const root = directory("");
  const all = [];
  for (const [path, files] of data.dirs) {
    const way = [root];
    let at = root;
    // Of an absolute path the first part is empty: it is shown as the slash behind it.
    for (const name of path.split("/").slice(0, -1)) {
      if (!at.below.has(name)) at.below.set(name, directory(name));
      at = at.below.get(name);
      way.push(at);
    }
    // A directory may come again, since files and directories are in one order.
    let changes = 0;
    for (let i = 0; i < files.length; i += 3) {
      const file = { name: files[i], path: path + files[i], why: files[i + 1], state: files[i + 2] };
      at.files.push(file);
      all.push(file);
      if (isChange(file.state)) changes += 1;
    }
    for (const one of way) {
      one.inputs += files.length / 3;
      one.changes += changes;
    }
  }

  const fileRow = (file, called) => {
    const row = make("div", "file");
    row.append(make("span", "path", called));
    const state = STATES[file.state];
    if (state) row.append(make("span", "badge " + state[1], state[0]));
    row.append(make("span", "why", data.whys[file.why].join(", ")));
    const change = data.changes[file.path];
    if (change) {
      row.append(make("p", "detail", change[0] + (change[1] ? "; " + change[1] : "")));
      row.append(make("p", "detail", data.sights[change[2]]));
    }
    return row;
  };

  // Adds what `rows` make, some at a time.
  const addRows = (into, rows, from = 0) => {
    rows.slice(from, from + AT_ONCE).forEach((row) => into.append(row()));
    const left = rows.length - from - AT_ONCE;
    if (left <= 0) return;
    const more = make("button", "", `${shown(left)} more`);
    more.addEventListener("click", () => {
      more.remove();
      addRows(into, rows, from + AT_ONCE);
    });
    into.append(more);
  };

  const rowsOf = (at, changesOnly) => {
    const dirs = [...at.below.values()].filter((one) => !changesOnly || one.changes > 0);
    const files = at.files.filter((file) => !changesOnly || isChange(file.state));
    return [
      ...dirs.map((one) => () => directoryRow(one, changesOnly)),
      ...files.map((file) => () => fileRow(file, file.name)),
    ];
  };

  const directoryRow = (at, changesOnly) => {
    let name = at.name;
    // A chain of directories with nothing else in them is one row.
    while (at.below.size === 1 && at.files.length === 0) {
      at = at.below.values().next().value;
      name += "/" + at.name;
    }
    const row = make("details");
    const head = make("summary");
    head.append(make("span", "path", name + "/"));
    head.append(make("span", "why", at.inputs === 1 ? "1 input" : `${shown(at.inputs)} inputs`));
    if (at.changes) head.append(make("span", "badge warn", at.changes === 1 ? "1 change" : `${shown(at.changes)} changes`));
    row.append(head);
    const open = () => {
      if (row.open && row.childElementCount === 1) addRows(row, rowsOf(at, changesOnly));
    };
    row.addEventListener("toggle", open);
    return row;
  };

  const show = () => {
    const wanted = search.value.toLowerCase();
    const changesOnly = only.checked;
    tree.replaceChildren();
    if (!wanted) {
      addRows(tree, rowsOf(root, changesOnly));
      count.textContent = `${shown(root.inputs)} inputs, ${shown(root.changes)} of them changed`;
      return;
    }
    const found = all.filter((file) =>
      (!changesOnly || isChange(file.state)) && file.path.toLowerCase().includes(wanted));
    addRows(tree, found.map((file) => () => fileRow(file, file.path)));
    count.textContent = found.length === 1 ? "1 input" : `${shown(found.length)} inputs`;
  };

  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 80);
  });
  only.addEventListener("change", show);
  const isEmpty = data.dirs.length === 0;
  document.getElementById("tools").hidden = isEmpty;
  tree.hidden = isEmpty;
  show();
})();
