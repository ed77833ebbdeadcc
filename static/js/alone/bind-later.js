/* Nobody is logged in yet: keep the code of the address for this tab until somebody is. */
(function () {
  if (location.hash.length > 1) {
    sessionStorage.setItem('code', location.hash.slice(1));
    history.replaceState(null, '', location.pathname);
  }
})();
