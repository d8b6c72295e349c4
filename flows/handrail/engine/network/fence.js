// Takes away, in every frame, the ways out of the browser that its network layer does not show.
(() => {
  const unseen = [
    "Worker", "SharedWorker", // a socket opened in one is nobody's to stop
    "WebSocketStream", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection",
    "fetchLater",
  ];
  for (const name of unseen) delete globalThis[name];
  delete Navigator.prototype.serviceWorker;
})();
