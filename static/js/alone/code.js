/* The digits that the office reads out open what lies sealed here; the service worker does it. */
(function (app) {
  const form = document.querySelector('[data-code]');
  const open = (digits) => new Promise((done) => {
    const line = new MessageChannel();
    line.port1.onmessage = (event) => {
      if (event.data.day) { location.replace('/n/'); }
      done(event.data.said || '');
    };
    if (!app.worker({ code: digits }, [line.port2])) { done('这个浏览器存不了页面，这里打不开'); }
  });
  window.outbox.onDigits(form, form.querySelector('[data-code-said]'), open);
})(window.fieldapp = window.fieldapp || {});
