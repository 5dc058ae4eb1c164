// What the portal does beyond plain pages. Each part is found by a data attribute, and every page works without any of it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const me = document.body.dataset.user || "";

  // --- Telling screen readers -------------------------------------------------------------------------------------
  function announce(words) {
    const region = document.getElementById("announcer");
    if (!region || !words) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 50);
  }

  // --- Relative times: <time datetime data-relative>, always beside or titled with the exact one --------------------
  // The server writes the same words: under a minute "just now" / "in a minute", then whole minutes, whole hours below a
  // day, from then on calendar days in the person's zone (Saturday to Thursday is "in 5 days"), from 60 days months of 30.
  const zone = document.body.dataset.zone || undefined;
  let calendar;
  try { calendar = new Intl.DateTimeFormat("en-CA", { timeZone: zone }); } catch { calendar = new Intl.DateTimeFormat("en-CA"); }
  const dayOf = (time) => Date.parse(calendar.format(time)) / 86_400_000;
  function relative(then, now) {
    const seconds = Math.round((then - now) / 1000);
    const size = Math.abs(seconds);
    if (size < 60) return seconds > 0 ? "in a minute" : "just now";
    const days = size < 86400 ? 0 : Math.max(1, Math.abs(dayOf(then) - dayOf(now)));
    const [unit, count] = size < 3600 ? ["minute", Math.floor(size / 60)] : !days ? ["hour", Math.floor(size / 3600)]
      : days < 60 ? ["day", days] : ["month", Math.floor(days / 30)];
    const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return seconds > 0 ? `in ${words}` : `${words} ago`;
  }
  function freshenTimes() {
    const now = Date.now();
    for (const time of all("time[data-relative]")) {
      const then = Date.parse(time.dateTime);
      if (!Number.isNaN(then)) time.textContent = relative(then, now);
    }
  }

  // --- Drafts: <form data-draft="case-00123456"> --------------------------------------------------------------------
  // Typed text stays in this tab until the server says it was taken: a page with an "ok" flash after sending. A failed
  // send, a sign-out by time, a reload or the back button bring it back.
  const draftKey = (form) => `draft:${me}:${form.dataset.draft}`;
  const draftFields = (form) => [...form.elements].filter((field) => field.name && !field.disabled && /^(textarea|text|email|select-one)$/.test(field.type));

  function saveDraft(form) {
    const values = {};
    for (const field of draftFields(form)) if (field.value && (field.value !== field.defaultValue || field.tagName === "TEXTAREA")) values[field.name] = field.value;
    try {
      if (Object.keys(values).length) sessionStorage.setItem(draftKey(form), JSON.stringify({ values }));
      else sessionStorage.removeItem(draftKey(form));
    } catch { return; }
    const state = form.querySelector("[data-draft-state]");
    if (!state) return;
    state.textContent = Object.keys(values).length ? `Saved ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}` : "";
  }
  function restoreDraft(form) {
    let draft;
    try { draft = JSON.parse(sessionStorage.getItem(draftKey(form)) || "null"); } catch { return; }
    if (!draft) return;
    // Here without an "ok" flash: whatever was sent was not taken.
    if (draft.sent) sessionStorage.setItem(draftKey(form), JSON.stringify({ values: draft.values }));
    let restored = false;
    for (const field of draftFields(form)) {
      const kept = draft.values[field.name];
      if (kept && field.value === field.defaultValue && (!field.value || field.tagName === "SELECT")) { field.value = kept; restored = true; }
    }
    const state = form.querySelector("[data-draft-state]");
    if (restored && state) state.textContent = "Draft brought back";
  }
  function clearSentDrafts() {
    if (!document.querySelector(".flash.ok")) return;
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith("draft:") && JSON.parse(sessionStorage.getItem(key)).sent) sessionStorage.removeItem(key);
    }
  }
  function markSent(form) {
    saveDraft(form);
    const kept = sessionStorage.getItem(draftKey(form));
    if (kept) sessionStorage.setItem(draftKey(form), JSON.stringify({ ...JSON.parse(kept), sent: true }));
  }

  // --- Live: <div id data-live="/cases/…/live" data-live-parts="id id" data-live-says="New comment"> -----------------
  // A message means "something changed": fetch this page again and put the named parts in place. The composer is not one
  // of them, so nothing typed is touched.
  function follow(element) {
    const source = new EventSource(element.dataset.live);
    const parts = (element.dataset.liveParts || element.id).split(/\s+/).filter(Boolean);
    let running = false, again = false;
    async function refresh(says) {
      if (running) { again = true; return; }
      running = true;
      try {
        const answer = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Target": element.id }, credentials: "same-origin" });
        if (!answer.ok || answer.redirected) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const id of parts) {
          const [mine, theirs] = [document.getElementById(id), fresh.getElementById(id)];
          if (mine && theirs && !(mine.contains(document.activeElement) && typing(document.activeElement))) { mine.replaceWith(theirs); prepare(theirs); if (window.htmx) window.htmx.process(theirs); }
        }
        announce(says);
      } catch { /* The next message, or a reload, brings it. */ } finally {
        running = false;
        if (again) { again = false; refresh(says); }
      }
    }
    const hear = (event) => refresh(element.dataset.liveSays || event.data);
    source.onmessage = hear;
    for (const name of (element.dataset.liveEvents || "").split(/\s+/).filter(Boolean)) source.addEventListener(name, hear);
    addEventListener("pagehide", () => source.close());
  }

  // --- Keyboard ----------------------------------------------------------------------------------------------------
  const typing = (target) => target.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
  const singleKeys = () => localStorage.getItem("keys") !== "off";

  function step(by) {
    const rows = all("[data-list] a[data-row]");
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row === document.activeElement || row.hasAttribute("data-at"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at === -1 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
    rows.forEach((row) => row.toggleAttribute("data-at", row === next));
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  function onKey(event) {
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[data-draft]");
      const send = form && all("button.primary", form).find((button) => button.offsetParent);
      if (send) { event.preventDefault(); form.requestSubmit(send); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== "j" && event.key !== "k" || typing(event.target) || !singleKeys() || document.querySelector("dialog[open]")) return;
    let done = true;
    if (event.key === "/") document.querySelector("[data-search]")?.focus();
    else if (event.key === "j") done = step(1);
    else if (event.key === "k") done = step(-1);
    else if (event.key === "?") done = openKeys();
    else {
      const target = all("[data-key]").find((element) => element.dataset.key === event.key && element.offsetParent);
      done = Boolean(target);
      if (target) {
        target.focus();
        if (!target.matches("textarea")) target.click();
        // Reply or internal note is chosen: go on to the text.
        if (target.matches("[type=radio]")) target.form.querySelector("textarea")?.focus();
      }
    }
    if (done) event.preventDefault();
  }
  function openKeys() {
    const sheet = document.getElementById("keys");
    if (!sheet?.showModal) return false;
    const off = sheet.querySelector("[data-keys-off]");
    if (off) off.checked = !singleKeys();
    sheet.showModal();
    return true;
  }

  // --- One listener each ---------------------------------------------------------------------------------------------
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = (document.querySelector(copy.dataset.copy)?.textContent || "").trim();
      navigator.clipboard.writeText("copyTight" in copy.dataset ? text.replace(/\s+/g, "") : text).then(() => {
        const word = copy.querySelector("[data-copy-word]");
        announce("Copied");
        if (word) { word.dataset.was ??= word.textContent; word.textContent = "Copied"; setTimeout(() => { word.textContent = word.dataset.was; }, 2000); }
      });
    }
    if (event.target.closest("[data-print]")) print();
    if (event.target.closest("[data-opens-keys]")) openKeys();
  });
  // A field that leaves only some of many choices in sight: <input data-filters="id of their box">. Ticked ones stay.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    const words = event.target.value.trim().toLowerCase();
    for (const choice of all(".choice", document.getElementById(event.target.dataset.filters))) {
      choice.hidden = Boolean(words) && !choice.textContent.toLowerCase().includes(words) && !choice.querySelector("input").checked;
    }
  });
  // Enter in such a field does not send the form around it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-filters]")) event.preventDefault();
  });
  // One box that ticks all of a name that are in sight: <input type=checkbox data-ticks="window">. It follows them, too.
  const ticked = (box) => all(`input[type=checkbox][name="${box.dataset.ticks}"]:not(:disabled)`, box.form ?? document).filter((one) => one.offsetParent);
  function followTicks(box) {
    const boxes = ticked(box);
    const count = boxes.filter((one) => one.checked).length;
    box.checked = count > 0 && count === boxes.length;
    box.indeterminate = count > 0 && count < boxes.length;
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-ticks]")) for (const one of ticked(event.target)) one.checked = event.target.checked;
    else if (event.target.matches("input[type=checkbox]")) all("[data-ticks]").forEach(followTicks);
    // A file whose text fills a field: <input type=file data-fills="id of the field">.
    if (event.target.matches("[data-fills]") && event.target.files[0]) {
      const field = document.getElementById(event.target.dataset.fills);
      event.target.files[0].text().then((text) => { field.value = text; announce("The file’s text is in the field below."); });
    }
    if (event.target.matches("[data-keys-off]")) localStorage.setItem("keys", event.target.checked ? "off" : "on");
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  let timer;
  document.addEventListener("input", (event) => {
    const form = event.target.form?.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => saveDraft(form), 300);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-draft]")) markSent(form);
    if (form.matches("[data-forget-drafts]")) for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:")) sessionStorage.removeItem(key);
    if (form.matches("[data-theme-form]") && event.submitter) {
      event.preventDefault();
      const theme = event.submitter.value;
      if (theme === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
      for (const button of all("button", form)) button.setAttribute("aria-current", button === event.submitter);
      const menu = form.closest("details");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), credentials: "same-origin", redirect: "manual" });
    }
  });

  function prepare(root) {
    all("[data-copy], [data-print], [data-opens-keys], [data-needs-script]", root).forEach((element) => { element.hidden = false; });
    all("[data-ticks]", root).forEach(followTicks);
    freshenTimes();
  }
  prepare(document);
  clearSentDrafts();
  all("form[data-draft]").forEach(restoreDraft);
  all("[data-live]").forEach(follow);
  all("[data-undo-for]").forEach((element) => setTimeout(() => element.remove(), Number(element.dataset.undoFor) * 1000));
  document.querySelector(".summary[tabindex]")?.focus();
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  setInterval(freshenTimes, 60_000);
})();
