// Cuts a page into sheets of paper between its lines and never through one, and shows them one at a time.
// Given the paper's size and the texts of three corners; returns how many sheets there are.
({ across, down, corners }) => {
  const MARGIN = { top: 68, side: 57, bottom: 60 };  // as the report's own @page has them
  const height = down - MARGIN.top - MARGIN.bottom;
  const inner = document.createElement("div");
  inner.append(...document.body.childNodes);
  const sheet = document.createElement("div");
  sheet.append(inner);
  document.body.append(sheet);
  document.body.style.cssText = `margin: 0; width: ${across}px; height: ${down}px; overflow: hidden; background: #fff`;
  sheet.style.cssText = `position: absolute; left: ${MARGIN.side}px; top: ${MARGIN.top}px;`
    + ` width: ${across - 2 * MARGIN.side}px; overflow: hidden`;

  // What must stay whole: rows, pictures, boxes and paragraphs; a heading stays with what follows it.
  const top = inner.getBoundingClientRect().top;
  const whole = [...inner.querySelectorAll("li, tr, p, pre, dl > div, figure, h1, h2, thead, .verdict, .seal")]
    .map((one) => {
      const box = one.getBoundingClientRect();
      const next = /^(H1|H2|THEAD)$/.test(one.nodeName) && (one.nextElementSibling || one);
      const first = next && (next.querySelector("li, tr") || next);
      const end = first ? Math.max(box.bottom, first.getBoundingClientRect().bottom) : box.bottom;
      return [box.top - top, end - top];
    })
    .filter(([from, to]) => to > from && to - from <= height);
  const end = inner.getBoundingClientRect().height;
  const cuts = [0];
  while (cuts.at(-1) + height < end) {
    let cut = cuts.at(-1) + height;
    for (let moved = true; moved;) {
      const torn = whole.filter(([from, to]) => from < cut - 0.5 && to > cut + 0.5 && from > cuts.at(-1) + 1);
      moved = torn.length > 0;
      if (moved) cut = Math.min(...torn.map(([from]) => from));
    }
    cuts.push(cut);
  }
  const places = ["left: 57px; top: 34px", "right: 57px; top: 32px; font-weight: 700; letter-spacing: .12em",
    "left: 57px; bottom: 28px", "right: 57px; bottom: 28px"];
  const written = places.map((place, at) => {
    const corner = document.createElement("div");
    corner.style.cssText = `position: absolute; ${place}; color: #566266; font-size: 11px; line-height: 1.3`;
    corner.textContent = corners[at] || "";
    document.body.append(corner);
    return corner;
  });
  window.handrailSheet = (number) => {
    sheet.style.height = `${(cuts[number + 1] ?? end) - cuts[number]}px`;
    inner.style.transform = `translateY(${-cuts[number]}px)`;
    written[3].textContent = `${number + 1} / ${cuts.length}`;
  };
  return cuts.length;
}
