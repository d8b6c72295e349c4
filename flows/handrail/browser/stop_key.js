// Hears the key that stops every run, in a world of its own: the page can neither see this nor call it.
(() => {
  const stop = globalThis.handrailStop;
  const isKey = ({ key, code }) => (/^[a-z]$/i.test(key) ? key.toLowerCase() === "h" : code === "KeyH");
  const isPressed = (event) =>
    isKey(event) && event.ctrlKey && event.altKey && !event.shiftKey && !event.metaKey &&
    !event.getModifierState("AltGraph"); // that is how some keyboards type a letter
  let question = null;
  const answer = (choice) => {
    question.remove();
    question = null;
    if (choice) stop(choice);
  };
  const heard = (event) => {
    if (!event.isTrusted) return;
    const choices = { Enter: "this", Escape: "on" };
    const choice = isPressed(event) ? "all" : question && choices[event.key];
    if (!choice) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (question) answer(choice === "on" ? "" : choice);
    else stop("");
  };
  // Asks before runs of other accounts are stopped; in a closed shadow, where the page cannot press for anybody.
  globalThis.handrailAskStop = (texts) => {
    question?.remove();
    question = document.createElement("div");
    const shadow = question.attachShadow({ mode: "closed" });
    const made = (kind, text) => Object.assign(document.createElement(kind), { textContent: text });
    const panel = made("section", "");
    const colours = "color:#fff;background:#12294a;border:1px solid #f7c948;border-radius:10px";
    question.style.cssText = "all:initial;position:fixed;inset:0;z-index:2147483647;background:rgb(0 0 0 / .45)";
    panel.style.cssText =
      `${colours};position:absolute;left:50%;top:20%;transform:translateX(-50%);box-sizing:border-box;` +
      "width:min(30rem,94vw);padding:1.2rem 1.4rem;font:16px/1.5 system-ui,'Noto Sans CJK SC',sans-serif";
    panel.setAttribute("role", "alertdialog");
    panel.append(Object.assign(made("strong", texts.title)), made("p", texts.about));
    for (const [choice, text] of [["this", texts.this], ["all", texts.all], ["", texts.on]]) {
      const button = made("button", text);
      button.style.cssText = `${colours};display:block;width:100%;margin:.5rem 0 0;padding:.5rem;font:inherit`;
      button.onclick = (event) => event.isTrusted && answer(choice);
      panel.append(button);
    }
    shadow.append(panel);
    document.documentElement.append(question);
  };
  const listen = () => addEventListener("keydown", heard, true);
  listen();
  // document.open() takes every listener away; what it then writes shows here.
  new MutationObserver(listen).observe(document, { childList: true });
})();
