/* 30b8fbe6f4cdbbac */
(()=>{const e=window.outbox;if(!e.isAble())return;document.querySelector("[data-left]")&&e.leave().catch(()=>{});const t=document.querySelector("[data-expired]");t&&e.read("queue",e=>e.getAll()).then(e=>{e.length&&(t.textContent=t.getAttribute("data-expired"))},()=>{})})();

