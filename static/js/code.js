/* 4288195bec3198ed */
(e=>{const o=document.querySelector("[data-code]");window.outbox.onDigits(o,o.querySelector("[data-code-said]"),o=>new Promise(a=>{const d=new MessageChannel;d.port1.onmessage=e=>{e.data.day&&location.replace("/n/"),a(e.data.said||"")},e.worker({code:o},[d.port2])||a("这个浏览器存不了页面，这里打不开")}))})(window.fieldapp=window.fieldapp||{});

