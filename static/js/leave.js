/* bef3523c18dc0105 */
(()=>{const e=self.outbox;e&&e.isAble()&&(e.leave=async t=>{await e.tx(["keys","pages","things"],"readwrite",(e,a,n)=>(e.clear(),a.clear(),n.delete(IDBKeyRange.bound("parcel:","parcel;")),n.delete("pin"),n.delete("left"),t&&n.put(t))),await e.letGo()},document.addEventListener("submit",t=>{const a=t.target;if("/logout"!==a.getAttribute("action"))return;t.preventDefault();const n=()=>a.submit();Promise.race([e.leave({name:"left"}),new Promise(e=>setTimeout(e,1e3))]).then(n,n)},!0))})();

