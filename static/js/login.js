/* sources sha256 5bb9cac071ce92ff */
!function(){const e=window.outbox;if(!e.isAble())return;document.querySelector("[data-left]")&&e.leave().catch(()=>{});const t=document.querySelector("[data-expired]");t&&e.read("queue",e=>e.getAll()).then(e=>{e.some(e=>"sent"!==e.state)&&(t.textContent=t.getAttribute("data-expired"))},()=>{})}();

