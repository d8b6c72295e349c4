// Finds what a capture must not show: one walk through the document, its open shadow roots and its own frames.
// Given patterns, names of fields that may be shown, and whether to hide what is not the page's own (the text
// caret; where asked, Playwright's overlays and highlights; in a window, the scroll bars) until the next look is
// over: it returns how to show it again. Business facts stay to be seen; only their places are told.
async ({ personal, secret, business, shown, hold, guidance, bars }) => {
  const mark = Symbol.for("handrail.hold");
  const compiled = (hides, sources) => sources.map((source) => [hides, new RegExp(source, "gid")]);
  const patterns = [...compiled("secret", secret), ...compiled("personal", personal)];
  const facts = compiled("business", business);
  const shownNames = new Set(shown);
  const noText = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "DATALIST"]);
  const foreign = new Set(["IFRAME", "FRAME", "OBJECT", "EMBED", "FENCEDFRAME"]);
  const notTyped = new Set(["button", "checkbox", "radio", "range", "submit", "reset", "image", "hidden", "color"]);
  const editable = "[contenteditable]:not([contenteditable=false i]),"
    + "[role=textbox],[role=searchbox],[role=combobox],[role=spinbutton]";
  const drawn = ["alt", "label", "placeholder", "value"];
  const boxes = [], places = [], typed = [];

  // The plain form of a text, with the place in the original of each of its characters.
  const plain = (raw) => {
    if (!/[^\x20-\x7e]| {2}/.test(raw)) return [raw, null];
    let text = "";
    const origin = [];
    let at = 0;
    for (const character of raw) {
      for (const unit of character.normalize("NFKC").replace(/\p{Cf}/gu, "").replace(/\s/g, " ")) {
        if (unit === " " && text.endsWith(" ")) continue;
        for (let i = 0; i < unit.length; i++) origin.push(at);
        text += unit;
      }
      at += character.length;
    }
    origin.push(raw.length);
    return [text, origin];
  };
  const classOf = (text) => {
    const found = plain(text || "")[0];
    for (const [hides, pattern] of patterns) if (found.search(pattern) >= 0) return hides;
    return null;
  };
  const add = (rect, hides, view, margin = 1) => {
    if (!rect.width || !rect.height) return;
    const left = Math.max(view.left, view.x + rect.left), right = Math.min(view.right, view.x + rect.right);
    const top = Math.max(view.top, view.y + rect.top), bottom = Math.min(view.bottom, view.y + rect.bottom);
    if (left >= right || top >= bottom) return;
    const x = Math.floor(left - margin), y = Math.floor(top - margin);
    const box = [x, y, Math.ceil(right + margin) - x, Math.ceil(bottom + margin) - y, hides];
    (hides === "business" ? places : boxes).push(box);
  };

  const focusIn = (root) => {
    const active = root.activeElement;
    const inner = active && (active.shadowRoot || active.contentDocument);
    return (inner && focusIn(inner)) || active;
  };
  const focused = focusIn(document);
  const nameOf = (field) => {
    const root = field.getRootNode();
    const ids = (field.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const by = ids.map((id) => root.getElementById?.(id)?.textContent || "").join(" ");
    const labels = [...(field.labels || [])].map((label) => label.textContent).join(" ");
    const own = field.getAttribute("aria-label");
    const name = by.trim() || own || labels.trim() || field.placeholder || field.title || "";
    return name.normalize("NFKC").replace(/\s+/g, " ").replace(/[\s*:]+$/, "").trim().toLowerCase();
  };
  const isField = (element) => {
    if (element.localName === "input") return !notTyped.has(element.type);
    return element.localName === "textarea" || element.localName === "select" || element.matches(editable);
  };
  const valueOf = (field) => {
    if (field.localName === "select") {
      const listed = field.multiple || field.size > 1 ? field.options : field.selectedOptions;
      return [...listed].map((option) => option.label).join("\n");
    }
    // A date typed by half has no value yet, though its digits stand there; a filled-in guess has none either.
    if ("value" in field && "validity" in field) {
      return field.value || (field.validity.badInput || field.matches(":autofill") ? "?" : "");
    }
    return field.shadowRoot ? "?" : field.textContent.trim();
  };
  const maskField = (field, view) => {
    const value = valueOf(field);
    const guarded = field.type === "password"
      || /one-time-code|password|\bcc-/.test(field.getAttribute("autocomplete") || "");
    const hides = guarded ? "secret" : classOf(value);
    if (!hides && shownNames.has(nameOf(field))) {
      add(field.getBoundingClientRect(), "business", view);
      return false;
    }
    // Somebody may be typing into the field that has the focus, whatever it held a moment ago.
    const busy = field === focused;
    const kind = hides || (value || busy ? "unknown-field" : classOf(field.getAttribute("placeholder")));
    if (!kind || (guarded && !value && !busy)) return true;
    add(field.getBoundingClientRect(), kind, view);
    if (field.localName === "select") return true;
    if ("value" in field && "validity" in field) {
      typed.push(value);
      return true;
    }
    const inside = field.ownerDocument.createRange();
    inside.selectNodeContents(field);
    for (const rect of inside.getClientRects()) add(rect, kind, view);
    const texts = field.ownerDocument.createTreeWalker(field, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) typed.push(texts.currentNode.data.replace(/\s+/g, " ").trim());
    return true;
  };
  const maskDrawnAttributes = (element, view) => {
    for (const { name, value } of element.attributes) {
      const generates = name.startsWith("data-") || name === "title" || name === "aria-label";
      if (!(generates || drawn.includes(name)) || value.length < 4) continue;
      const hides = classOf(value);
      if (!hides) continue;
      const content = generates && ["::before", "::after"].some((pseudo) =>
        classOf(getComputedStyle(element, pseudo).content));
      if (!generates || content) add(element.getBoundingClientRect(), hides, view);
    }
  };

  const walkDocument = (doc, view) => {
    let text = "";
    const pieces = [];
    const gap = () => { if (text && !text.endsWith("\n")) text += "\n"; };
    const readText = (node) => {
      let [piece, origin] = plain(node.data);
      if (!piece.trim() && /\s$/.test(text)) return;
      pieces.push({ start: text.length, end: text.length + piece.length, node, origin });
      text += piece;
    };
    const walkFrame = (frame, hides) => {
      const rect = frame.getBoundingClientRect();
      const inner = frame.contentDocument;
      const bent = Math.abs(rect.width - frame.offsetWidth) >= 1 || Math.abs(rect.height - frame.offsetHeight) >= 1;
      // What cannot be read, or is not where its own coordinates say, is hidden whole.
      if (!inner?.documentElement || bent) return add(rect, hides, view);
      const style = getComputedStyle(frame);
      const x = view.x + rect.left + frame.clientLeft + parseFloat(style.paddingLeft);
      const y = view.y + rect.top + frame.clientTop + parseFloat(style.paddingTop);
      walkDocument(inner, {
        x, y,
        left: Math.max(view.left, x), right: Math.min(view.right, view.x + rect.right),
        top: Math.max(view.top, y), bottom: Math.min(view.bottom, view.y + rect.bottom),
      });
    };
    const childrenOf = (node) => {
      if (node.shadowRoot) return node.shadowRoot.childNodes;
      const given = node.localName === "slot" ? node.assignedNodes() : [];
      return given.length ? given : node.childNodes;
    };
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return readText(node);
      if (node.nodeType !== Node.ELEMENT_NODE || noText.has(node.nodeName)) return;
      if (foreign.has(node.nodeName)) return walkFrame(node, "unknown-field");
      if (isField(node) && maskField(node, view)) return void gap();
      maskDrawnAttributes(node, view);
      const children = childrenOf(node);
      // An element of its own kind that shows something from nowhere keeps it in a closed shadow root.
      const closed = !children.length && !node.shadowRoot && doc.defaultView.customElements.get(node.localName);
      if (closed) add(node.getBoundingClientRect(), "unknown-field", view);
      const apart = node.localName === "br" || !/^(inline|contents|ruby)/.test(getComputedStyle(node).display);
      if (apart) gap();
      for (const child of children) walk(child);
      if (apart) gap();
    };
    const maskText = (hides, from, to) => {
      for (const { start, end, node, origin } of pieces) {
        if (end <= from || start >= to) continue;
        const first = Math.max(from, start) - start, last = Math.min(to, end) - start;
        const range = doc.createRange();
        range.setStart(node, origin ? origin[first] : first);
        range.setEnd(node, origin ? origin[last] : last);
        const shadow = getComputedStyle(node.parentElement || doc.documentElement).textShadow;
        const spread = shadow === "none" ? 0 : Math.max(...shadow.match(/[\d.]+px/g).map(parseFloat)) * 2;
        for (const rect of range.getClientRects()) add(rect, hides, view, 1 + spread);
      }
    };
    walk(doc.documentElement);
    for (const [hides, pattern] of [...patterns, ...facts]) {
      // Where a pattern has a group, the words around it only say what it is.
      for (const { indices } of text.matchAll(pattern)) maskText(hides, ...(indices[1] || indices[0]));
    }
  };
  const rootsIn = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((element) => {
    const inner = element.shadowRoot || (foreign.has(element.nodeName) && element.contentDocument);
    return inner ? rootsIn(inner) : [];
  })];
  const letGo = (root) => {
    const others = [...root.adoptedStyleSheets].filter((sheet) => !sheet[mark]);
    if (others.length < root.adoptedStyleSheets.length) root.adoptedStyleSheets = others;
  };
  const holdBack = (root) => {
    const view = (root.ownerDocument || root).defaultView;
    const sheet = new view.CSSStyleSheet();
    sheet[mark] = true;
    sheet.replaceSync("* { caret-color: transparent !important } x-pw-glass { display: none !important }"
      // A capture takes the scroll bars away, and what stands beside them would move.
      + (bars ? "* { scrollbar-width: none !important }" : ""));
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };

  if (document.fonts.status !== "loaded") await document.fonts.ready;
  const endless = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
  const roots = rootsIn(document);
  if (hold) {
    // Before anything is measured: what is measured is what the picture shows.
    roots.forEach(letGo);
    const held = new Set(bars ? roots : focused ? [focused.getRootNode()] : []);
    if (guidance) for (const root of roots) if (root.nodeType === Node.DOCUMENT_NODE) held.add(root);
    held.forEach(holdBack);
  }
  walkDocument(document, { x: scrollX, y: scrollY, ...endless });
  const sides = [document.documentElement, document.body].filter(Boolean);
  return {
    boxes, business: places, typed,
    release: () => hold || roots.forEach(letGo),
    width: Math.max(...sides.flatMap((e) => [e.scrollWidth, e.offsetWidth, e.clientWidth])),
    height: Math.max(...sides.flatMap((e) => [e.scrollHeight, e.offsetHeight, e.clientHeight])),
    viewport: [innerWidth, innerHeight],
    ratio: devicePixelRatio,
    url: location.href,
    title: document.title,
    agent: navigator.userAgent,
    locale: navigator.language,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
