// Prints the software bill of materials of a build, in CycloneDX 1.5: the crates compiled into the server and into the
// browser program, with versions, licences and checksums.
//   node bin/sbom.mjs > greenroom.cdx.json
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const TARGETS = [
  { root: "server", triple: "x86_64-unknown-linux-gnu" },
  { root: "frontend", triple: "wasm32-unknown-unknown" },
];

const cargo = (...args) => execFileSync("cargo", args, { encoding: "utf8", maxBuffer: 1 << 28 });

/** The checksums in Cargo.lock, by `name@version`. */
const checksums = new Map(
  readFileSync("Cargo.lock", "utf8")
    .split("[[package]]")
    .map((entry) => {
      const field = (name) => entry.match(new RegExp(`^${name} = "(.*)"$`, "m"))?.[1];
      return [`${field("name")}@${field("version")}`, field("checksum")];
    }),
);

const packages = new Map();
const dependencies = new Map();
for (const { root, triple } of TARGETS) {
  const metadata = JSON.parse(cargo("metadata", "--format-version", "1", "--locked", "--filter-platform", triple));
  const known = new Map(metadata.packages.map((found) => [found.id, found]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const waiting = [metadata.packages.find((found) => found.name === root && !found.source).id];
  const seen = new Set();
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    // Dev-dependencies aren't part of a build.
    const used = nodes.get(id).deps.filter((dep) => dep.dep_kinds.some(({ kind }) => kind !== "dev"));
    packages.set(id, known.get(id));
    const before = dependencies.get(id) ?? new Set();
    dependencies.set(id, new Set([...before, ...used.map((dep) => dep.pkg)]));
    waiting.push(...used.map((dep) => dep.pkg));
  }
}

const reference = (id) => `pkg:cargo/${packages.get(id).name}@${packages.get(id).version}`;
const component = ({ id, name, version, license, source }) => {
  const checksum = checksums.get(`${name}@${version}`);
  return {
    type: "library",
    "bom-ref": reference(id),
    name,
    version,
    ...(source ? { purl: reference(id) } : {}),
    ...(license ? { licenses: [{ expression: license.replaceAll(/ ?\/ ?/g, " OR ") }] } : {}),
    ...(checksum ? { hashes: [{ alg: "SHA-256", content: checksum }] } : {}),
  };
};

const sorted = [...packages.values()].sort((a, b) => (reference(a.id) < reference(b.id) ? -1 : 1));
const bom = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { component: { type: "application", name: "greenroom", "bom-ref": "greenroom" } },
  components: sorted.map(component),
  dependencies: sorted.map(({ id }) => ({
    ref: reference(id),
    dependsOn: [...dependencies.get(id)].map(reference).sort(),
  })),
};
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
