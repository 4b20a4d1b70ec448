// Compiles contracts/*.sol with the pinned solc and writes contracts/artifacts/*.json.
// `node contracts/build.mjs --check` writes nothing and fails when a committed artifact differs.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const names = ["TransparencyLog"];

const settings = {
  evmVersion: "paris",
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: "none" },
  outputSelection: {
    "*": { "*": ["abi", "metadata", "storageLayout", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"] },
  },
};

function build(name) {
  const file = `${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(join(here, file), "utf8") } },
    settings,
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const problems = output.errors ?? [];
  if (problems.length > 0) {
    throw new Error(problems.map((problem) => problem.formattedMessage).join("\n"));
  }
  const { abi, evm, metadata, storageLayout } = output.contracts[file][name];
  const bytecode = `0x${evm.bytecode.object}`;
  const artifact = {
    contract: name,
    compiler: { name: "solc", version: solc.version(), input },
    metadata: JSON.parse(metadata),
    abi,
    storage: storageLayout.storage.map(({ label, slot, offset, type }) => ({ label, slot, offset, type })),
    methods: evm.methodIdentifiers,
    bytecode,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    sha256: createHash("sha256").update(Buffer.from(evm.bytecode.object, "hex")).digest("hex"),
  };
  return `${JSON.stringify(artifact, null, 2)}\n`;
}

const check = process.argv.includes("--check");
for (const name of names) {
  const path = join(here, "artifacts", `${name}.json`);
  const built = build(name);
  if (check) {
    if (built !== readFileSync(path, "utf8")) {
      throw new Error(`${path} is not what the sources build; run: node contracts/build.mjs`);
    }
    console.log(`${name}: identical`);
  } else {
    writeFileSync(path, built);
    console.log(`${name}: written`);
  }
}
