// Fills in the time zone that the browser knows, where nobody has chosen one, and says what it knows where it differs.
(function () {
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.querySelectorAll("input[data-guess]").forEach(function (field) {
    if (!zone || zone === field.value) return;
    if (field.value === field.dataset.guess) field.value = zone;
    var hint = document.getElementById(field.id + "-hint");
    if (hint) hint.textContent = field.dataset.said.replace("{zone}", zone);
  });
})();
