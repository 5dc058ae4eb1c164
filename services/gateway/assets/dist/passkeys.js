// Passkeys: puts the portal's question to the browser, and sends the answer with the form. Buttons are found by data-passkey
// ("get" or "create") and are hidden until there is something that can answer.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  // --- Bytes are base 64 (URL alphabet) in JSON; older browsers have no parse…FromJSON and toJSON of their own -----------
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  function question(options) {
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) asked.allowCredentials = known(options.allowCredentials);
    if (options.excludeCredentials) asked.excludeCredentials = known(options.excludeCredentials);
    return asked;
  }
  function answer(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      clientExtensionResults: credential.getClientExtensionResults() };
  }

  // --- What browsers refuse with ------------------------------------------------------------------------------------------
  const WORDS = {
    NotAllowedError: "No passkey was shown: it was canceled, or took too long. Try again, or choose another way.",
    InvalidStateError: "This device has a passkey of yours already. Use that one, or another device.",
    SecurityError: "Passkeys work only at the portal's own address. Open the portal there and try again.",
    NotSupportedError: "This device cannot make a passkey that the portal takes. Use another device, or another way.",
    ConstraintError: "This device cannot check that it is you. Set up its screen lock, or choose another way.",
  };
  const OTHER = "The passkey could not be read. Try again, or choose another way.";
  const BUSY = "The portal could not ask for a passkey just now. Wait a moment and try again, or choose another way.";
  function say(form, words) {
    const trouble = form.querySelector("[data-passkey-trouble]");
    trouble.querySelector("span").textContent = words;
    trouble.hidden = !words;
  }

  // --- One question at a time; a button takes it over from the fields ----------------------------------------------------
  let waiting;
  async function ask(button, mediation) {
    const form = button.form;
    waiting?.abort();
    const mine = waiting = new AbortController();
    try {
      let { passkeyOptions: options, passkeyCeremony: ceremony } = button.dataset;
      if (button.dataset.passkeyFrom) {
        const asked = await fetch(button.dataset.passkeyFrom, { method: "POST", credentials: "same-origin", signal: mine.signal });
        if (!asked.ok) throw Object.assign(new Error(), { name: "Busy" });
        ({ options, ceremony } = await asked.json());
      }
      const publicKey = question(JSON.parse(options).publicKey);
      const create = button.dataset.passkey === "create";
      const shown = create ? await navigator.credentials.create({ publicKey, signal: mine.signal })
        : await navigator.credentials.get({ publicKey, signal: mine.signal, ...(mediation && { mediation }) });
      form.elements.ceremony.value = ceremony;
      form.elements.credential.value = JSON.stringify(answer(shown));
      // Without the browser's checks: fields of the other ways may be empty.
      form.submit();
    } catch (error) {
      // Nobody asked for what the fields offer, so nobody is told why they do not.
      if (error.name === "AbortError" || mediation) return;
      say(form, error.name === "Busy" ? BUSY : WORDS[error.name] || OTHER);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    // A name is asked for beside a new one.
    const empty = [...button.form.elements].find((field) => field.matches("[data-passkey-needs] input") && !field.reportValidity());
    if (empty) return;
    say(button.form, "");
    ask(button);
  });
  for (const element of document.querySelectorAll("[data-passkey], [data-needs-passkey]")) element.hidden = false;
  for (const element of document.querySelectorAll("[data-passkey-without]")) element.hidden = true;

  // --- In the fields of the sign-in page -----------------------------------------------------------------------------------
  const offered = document.querySelector("[data-passkey-conditional]");
  if (offered && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable().then((available) => { if (available) ask(offered, "conditional"); });
    addEventListener("pagehide", () => waiting?.abort());
  }
})();
