// From an element outwards, through shadow roots: what each is called in the document, no text and no value.
(element) => {
  const told = [];
  for (let node = element; node && node !== document.body && told.length < 12; ) {
    told.push({
      tag: node.localName,
      classes: [...node.classList],
      attributes: [...node.attributes].map((one) => [one.name, one.value]),
    });
    const root = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return told;
}
