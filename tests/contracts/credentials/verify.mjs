// Verifies a certificate as a stranger would, with the reference implementation of Digital Bazaar; nothing is fetched.
// Standard input: {credentials, lists: {address: credential}, contexts: {name: document}, now}. Standard output: one line.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const input = JSON.parse(await new Response(process.stdin).text());
const known = new Map([...Object.entries(input.contexts), ...Object.entries(input.lists)]);

function keyDocument(address) {
  const [did, fragment] = address.split('#');
  const method = {
    '@context': MULTIKEY, id: `${did}#${did.slice(8)}`, type: 'Multikey', controller: did, publicKeyMultibase: did.slice(8),
  };
  if (fragment) return method;
  return {'@context': ['https://www.w3.org/ns/did/v1', MULTIKEY], id: did, verificationMethod: [method], assertionMethod: [method.id]};
}

async function documentLoader(url) {
  const document = url.startsWith('did:key:') ? keyDocument(url) : known.get(url);
  if (!document) throw new Error(`not at hand: ${url}`);
  return {contextUrl: null, documentUrl: url, document};
}

const suite = [new DataIntegrityProof({cryptosuite: rdfc}), new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()})];
const answers = [];
for (const credential of input.credentials) {
  let result;
  try {
    result = await vc.verifyCredential({
      credential, suite, documentLoader, checkStatus: options => checkStatus({...options, suite}), now: new Date(input.now),
    });
  } catch (error) {
    result = {verified: false, error};
  }
  const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error].filter(Boolean);
  const proofs = (result.results ?? []).filter(one => one.proof).map(one => [one.proof.cryptosuite, one.verified]).sort();
  answers.push({
    verified: result.verified && proofs.every(([, held]) => held),
    proofs,
    set: (result.statusResult?.results ?? []).filter(one => one.status).map(one => one.credentialStatus.statusPurpose),
    errors: errors.map(error => error.message),
  });
}
console.log(JSON.stringify(answers));
