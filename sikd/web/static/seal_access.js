// Seals a database access for one node, in the browser. What is typed leaves this page sealed, or not at all.
//
// The order of trust: the person has read the sealing key's fingerprint on the node's own screen; the node's
// signing key has signed that sealing key; only then is anything sealed. docs/wire-format.md, section 13.

import { Aes128Gcm } from "./vendor/hpke-core-1.9.0/src/aeads/aesGcm.js";
import { CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "./vendor/hpke-core-1.9.0/src/native.js";

const ACCESS_BYTES = 1536;
const POINT_BYTES = 65;
const PRINTABLE = /^(?: |[^\p{C}\p{Z}])+$/u;
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});
const form = document.querySelector("form[data-keys]");
const keys = JSON.parse(form.dataset.keys);
const field = (id) => document.getElementById(id);
const utf8 = (text) => new TextEncoder().encode(text);
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const base64 = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

class Refusal extends Error {}

async function requireTheNodesKey(typed) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(keys.sealing_key)));
  const fingerprint = Array.from(digest.slice(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (typed.replace(/\s/g, "").toLowerCase() !== fingerprint) throw new Refusal("kunci");
}

async function requireTheNodesSignature() {
  const signer = await crypto.subtle.importKey("spki", bytes(keys.signing_key), "Ed25519", false, ["verify"]);
  const signed = new Uint8Array([...utf8("sikd sealing key v1\n"), ...bytes(keys.sealing_key)]);
  const holds = await crypto.subtle.verify("Ed25519", signer, bytes(keys.sealing_signature), signed);
  if (!holds) throw new Refusal("tanda-tangan");
}

function typedAccess() {
  const { application, engine } = field("sumber").selectedOptions[0].dataset;
  const password = field("kata-sandi").value;
  if (!PRINTABLE.test(password)) throw new Refusal("isian");
  return {
    schema: "sikd.access/1",
    application,
    engine,
    host: field("host").value,
    port: Number(field("port").value),
    database: field("basis-data").value,
    named_by: engine === "oracle" ? field("jenis-nama").value : "database",
    user: field("pengguna").value,
    password,
    tls: field("tls").value,
  };
}

async function sealed(access) {
  // Names in order and no white space: for these values, this is the canonical form that the node asks for.
  const plain = new Uint8Array(ACCESS_BYTES).fill(0x20);
  plain.set(utf8(JSON.stringify(access, Object.keys(access).sort())));
  const recipientPublicKey = await suite.kem.deserializePublicKey(
    bytes(keys.sealing_key).slice(-POINT_BYTES).buffer,
  );
  const info = utf8(`sikd access v1\n${keys.node_id}\n${keys.access_id}\n${keys.version}`);
  const { ct, enc } = await suite.seal({ recipientPublicKey, info }, plain);
  return base64([...new Uint8Array(enc), ...new Uint8Array(ct)]);
}

function say(what) {
  for (const note of form.querySelectorAll("[data-said]")) note.hidden = note.dataset.said !== what;
}

function suit(source) {
  field("port").value = source.dataset.port;
  field("jenis-nama").closest(".field").hidden = source.dataset.engine !== "oracle";
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("button:not([name])");
  button.disabled = true;
  say(null);
  try {
    await requireTheNodesKey(field("kunci").value);
    await requireTheNodesSignature();
    form.elements.sealed.value = await sealed(typedAccess());
    form.submit();
  } catch (error) {
    say(error instanceof Refusal ? error.message : "peramban");
    button.disabled = false;
  }
}

field("sumber").addEventListener("change", () => suit(field("sumber").selectedOptions[0]));
suit(field("sumber").selectedOptions[0]);
form.addEventListener("submit", send);
if (globalThis.crypto?.subtle) form.querySelector("button:not([name])").disabled = false;
else say("peramban");
