/* A chosen team shows its own people only; a ticked person chooses the team. Without script both are ticked by hand. */
(function () {
  var teams = document.querySelectorAll('[data-team]');

  function radio(team) {
    return document.querySelector('input[name=team_id][value="' + team.getAttribute('data-team') + '"]');
  }

  function show() {
    var chosen = document.querySelector('input[name=team_id]:checked');
    Array.prototype.forEach.call(teams, function (team) {
      var isOther = Boolean(chosen && radio(team) !== chosen);
      team.hidden = isOther;
      if (!isOther) { return; }
      Array.prototype.forEach.call(team.querySelectorAll('input'), function (person) { person.checked = false; });
    });
  }

  document.addEventListener('change', function (event) {
    var team = event.target.closest('[data-team]');
    if (team && event.target.checked) { radio(team).checked = true; }
    if (team || event.target.name === 'team_id') { show(); }
  });
  show();
})();
