// Takes away, in every frame, the ways out of the browser that its network layer does not show.
(() => {
  const unseen = [
    "Worker", "SharedWorker", // a socket opened in one is nobody's to stop
    "WebSocketStream", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection",
    "fetchLater",
  ];
  for (const name of unseen) delete globalThis[name];
  delete Navigator.prototype.serviceWorker;

  // What a page has fetched ahead of time is opened without passing the network layer's interception.
  const isRules = (node) => node.localName === "script" && /^\s*speculationrules\s*$/i.test(node.type);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node.nodeType === Node.ELEMENT_NODE)
          for (const one of [node, ...node.querySelectorAll("script")]) if (isRules(one)) one.remove();
  }).observe(document, { childList: true, subtree: true });
})();
