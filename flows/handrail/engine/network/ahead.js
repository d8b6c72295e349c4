// Takes the rules away by which pages are fetched ahead of time: those pass the network layer's interception.
(() => {
  const isRules = (node) => node.localName === "script" && /^\s*speculationrules\s*$/i.test(node.type);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node.nodeType === Node.ELEMENT_NODE)
          for (const one of [node, ...node.querySelectorAll("script")]) if (isRules(one)) one.remove();
  }).observe(document, { childList: true, subtree: true });
})();
