/* e921bf632a1f3990 */
(e=>{const t=document.querySelector("[data-left-here]");t&&window.outbox&&window.outbox.isAble()&&e.unsent().then(e=>{if(!e.length)return;const n=e.some(e=>"stopped"===e.state);t.querySelector("p").textContent="这部手机里还有没传的 "+e.length+" 样，登录就接着传"+(n?"；账号停用了的，导出成文件交办公室":""),t.hidden=!1}).catch(()=>{})})(window.fieldapp=window.fieldapp||{});

