#!/usr/bin/env node
// solc as a program, from npm's compiler: forge, halmos and Slither would otherwise download one.
// Knows what they ask for: --version, and standard JSON on standard input (--allow-paths and the like mean nothing here,
// for every source stands in the input).
import { readFileSync } from "node:fs";
import solc from "solc";

const version = `${solc.version().replace(".Emscripten.clang", ".Linux.g++")}`;
if (process.argv.includes("--version") || process.argv.includes("-V")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (process.argv.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write("only --version and --standard-json are understood\n");
  process.exit(1);
}
