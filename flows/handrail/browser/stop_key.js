// Hears the key that stops every run, in a world of its own: the page can neither see this nor call it.
(() => {
  const stop = globalThis.handrailStop;
  const isKey = ({ key, code }) => (/^[a-z]$/i.test(key) ? key.toLowerCase() === "h" : code === "KeyH");
  const heard = (event) => {
    if (!event.isTrusted || !isKey(event)) return;
    if (!event.ctrlKey || !event.altKey || event.shiftKey || event.metaKey) return;
    if (event.getModifierState("AltGraph")) return; // that is how some keyboards type a letter
    event.preventDefault();
    event.stopImmediatePropagation();
    stop("");
  };
  const listen = () => addEventListener("keydown", heard, true);
  listen();
  // document.open() takes every listener away; what it then writes shows here.
  new MutationObserver(listen).observe(document, { childList: true });
})();
