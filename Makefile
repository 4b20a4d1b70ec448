# Thin: everything is in deploy/local, in Python.
#   make run         install, start, play the story once, serve the site (PORT=8000; ONCE=1 ends after the story)
#   make test        install what tests need and run every check and test
#   make check       the checks alone: ruff, mypy, the floor plan
#   make gas         measure gas on a fresh node and write the table into docs/gas.md
#   make contracts   build, fuzz, prove and read the contract: forge, halmos, Slither (QUICK=1: few runs)
#   make clean       remove all state

.PHONY: run test check gas contracts clean
run test check gas contracts clean:
	@command -v python3 >/dev/null || { echo "Gongshu needs Python 3.11 or newer: run \`apt install python3 python3-venv\`, then this again." >&2; exit 1; }
	@exec python3 deploy/local/bootstrap.py $@
