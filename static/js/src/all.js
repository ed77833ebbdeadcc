/* fieldapp.all(query, act, within): with each of them, here or within something. fieldapp.person: whose page this is. */
(function (app) {
  app.person = document.documentElement.getAttribute('data-person');
  app.all = function (query, act, within) { (within || document).querySelectorAll(query).forEach(act); };
})(window.fieldapp = window.fieldapp || {});
