"""Joins the verifier's modules into the one file that is handed out: python -m ledger.verifier.bundle"""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "dist" / "gongshu-verify"
MODULES = ("verdict", "reading", "tree", "checkpoint", "node", "receipt", "credential", "pack", "export", "command")
HEADER = '''#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Generated from ledger/verifier by `python -m ledger.verifier.bundle`; do not edit.
"""gongshu-verify: checks what a Gongshu log has issued. Needs Python 3.11 or later and the `cryptography` package.

    python gongshu-verify receipt FILE --key KEY [--contract ADDRESS] [--rpc URL] [--head FILE] [--json]
    python gongshu-verify certificate FILE --key KEY [--contract ADDRESS --rpc URL]
    python gongshu-verify pack FILE --key KEY [--issuer KEY] [--rpc URL]
    python gongshu-verify audit EXPORT --key KEY [--rpc URL]
    python gongshu-verify inclusion --leaf HEX --index N --size N --root HEX --proof HEX,…
    python gongshu-verify consistency --old-size N --new-size N --old-root HEX --new-root HEX --proof HEX,…

Exit codes: 0 valid, 1 invalid, 2 incomplete.
"""

from __future__ import annotations
'''
FOOTER = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'


def bundle() -> str:
    """Return the text of the one-file program."""
    imports: set[str] = set()
    parts: list[str] = []
    for name in MODULES:
        source = (HERE / f"{name}.py").read_text(encoding="utf-8")
        found, rest = _split(source)
        imports |= found
        parts.append(f"\n\n# ---- {name}: {rest.strip()}\n")
    return HEADER + "\n" + "\n".join(sorted(imports)) + "".join(parts) + FOOTER


def _split(source: str) -> tuple[set[str], str]:
    """The outside imports of a module; and its text without imports, its docstring's first line in front."""
    lines = source.splitlines(keepends=True)
    imports: set[str] = set()
    title, *body = ast.parse(source).body
    lines[: title.end_lineno] = [""] * (title.end_lineno or 1)
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            inside = isinstance(node, ast.ImportFrom) and str(node.module).startswith(("ledger.", "__future__"))
            if not inside:
                imports.add(ast.unparse(node))
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    said = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return imports, f"{said}\n\n\n{''.join(lines).strip()}"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(bundle(), encoding="utf-8")
    TARGET.chmod(0o755)
