"""Keeps a Rust extension module current: `maturin develop` runs before an import where it would change something.

    import rust_import_hook
    rust_import_hook.install("native", "path/to/project")
    import native  # built first, if there is something to build; otherwise nothing is started but `freshness`

A profile of the project's freshness.toml names its package, with `artifacts = ["cdylib"]`. What maturin installs is not
looked at by freshness, so a note beside the store says which build it was made after. The note is gone while maturin
runs and written only where the sources still are what that build began with: whatever is interrupted or edited
meanwhile is installed again.
"""

import importlib.abc
import json
import pathlib
import subprocess
import sys


class Hook(importlib.abc.MetaPathFinder):
    def __init__(self, module, project):
        self.module = module
        self.project = pathlib.Path(project).resolve()
        self.note = self.project / "target" / "installed-after"

    def find_spec(self, name, path=None, target=None):
        if name == self.module:
            self.refresh()
        return None  # The ordinary import finds what is installed.

    def refresh(self):
        answer = self.freshness("check")
        if answer["verdict"] == "fresh" and self.installed() == identity(answer):
            return
        answer = self.freshness("build")
        self.note.unlink(missing_ok=True)
        subprocess.run(["maturin", "develop"], cwd=self.project, check=True)
        # By times: an edit that was taken back while maturin ran is an edit.
        if self.freshness("check", "--strategy", "mtime")["verdict"] == "fresh":
            self.note.write_text(identity(answer))

    def installed(self):
        try:
            return self.note.read_text()
        except OSError:
            return None

    def freshness(self, command, *options):
        command = ["freshness", command, *options, "--format", "json"]
        ran = subprocess.run(command, cwd=self.project, stdout=subprocess.PIPE)
        answer = json.loads(ran.stdout)
        if "error" in answer:
            raise ImportError(answer["error"]["message"])
        return answer


def identity(answer):
    return " ".join([answer["key"], *(archive["blake3"] for archive in answer["archives"])])


def install(module, project):
    sys.meta_path.insert(0, Hook(module, project))
