// Reads what a person can read of the page outside the masks: the check of masks.js, and on purpose another way.
// Given the masks' rectangles on the whole page, it returns the text that none of them covers.
(boxes) => {
  const SLACK = 1.5;  // a letter may reach a little over its own box
  const covered = (rect) => boxes.some(([x, y, width, height]) =>
    rect.left >= x - SLACK && rect.right <= x + width + SLACK
    && rect.top >= y - SLACK && rect.bottom <= y + height + SLACK);
  const touched = (rect) => boxes.some(([x, y, width, height]) =>
    rect.left < x + width && rect.right > x && rect.top < y + height && rect.bottom > y);
  const said = [];

  const placed = (rect, at) => ({
    left: rect.left + at.x, right: rect.right + at.x, top: rect.top + at.y, bottom: rect.bottom + at.y,
  });
  const seen = (rect, at) => rect.right - rect.left > 0 && rect.bottom - rect.top > 0
    && rect.right > at.left && rect.left < at.right && rect.bottom > at.top && rect.top < at.bottom;
  const rectsOf = (range, at) => [...range.getClientRects()].map((rect) => placed(rect, at));
  const shownRects = (range, at) => rectsOf(range, at).filter((rect) => seen(rect, at));
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });

  const readText = (node, at) => {
    if (!node.data.trim() || !node.parentElement || !visible(node.parentElement)) return;
    const range = node.ownerDocument.createRange();
    range.selectNodeContents(node);
    const rects = shownRects(range, at);
    if (!rects.length) return;
    if (!rects.some(touched)) return void said.push(node.data);
    let left = "";
    for (let from = 0; from < node.length; from++) {
      range.setStart(node, from);
      range.setEnd(node, from + 1);
      const own = shownRects(range, at);
      left += own.length && !own.every(covered) ? node.data[from] : /\s/.test(node.data[from]) ? " " : "\u2022";
    }
    said.push(left);
  };
  const readValue = (field, at) => {
    const rect = placed(field.getBoundingClientRect(), at);
    const typed = field.localName === "select" ? field.selectedOptions[0]?.label : field.value;
    if (typed && !["checkbox", "radio", "hidden", "range", "color", "file"].includes(field.type)
        && visible(field) && seen(rect, at) && !covered(rect)) said.push(typed);
  };
  const readRoot = (root, at) => {
    const texts = (root.ownerDocument || root).createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const apart = !/^inline/.test(getComputedStyle(texts.currentNode.parentElement || document.body).display);
      if (apart) said.push("\n");
      if (!texts.currentNode.parentElement?.closest("script,style,noscript,template,select,textarea")) {
        readText(texts.currentNode, at);
      }
      if (apart) said.push("\n");
    }
    for (const element of root.querySelectorAll("*")) {
      if (element.matches("input,textarea,select")) said.push("\n"), readValue(element, at), said.push("\n");
      if (element.shadowRoot) readRoot(element.shadowRoot, at);
      if (element.matches("iframe,frame") && element.contentDocument?.documentElement) readFrame(element, at);
    }
  };
  const readFrame = (frame, at) => {
    const rect = placed(frame.getBoundingClientRect(), at);
    if (!visible(frame) || covered(rect)) return;
    const style = getComputedStyle(frame);
    const x = rect.left + frame.clientLeft + parseFloat(style.paddingLeft);
    const y = rect.top + frame.clientTop + parseFloat(style.paddingTop);
    readRoot(frame.contentDocument, { x, y, left: Math.max(at.left, x), right: Math.min(at.right, rect.right),
      top: Math.max(at.top, y), bottom: Math.min(at.bottom, rect.bottom) });
  };
  const far = Infinity;
  readRoot(document, { x: scrollX, y: scrollY, left: -far, right: far, top: -far, bottom: far });
  return said.join("");
}
