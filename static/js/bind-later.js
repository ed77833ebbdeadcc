/* 6689e2fbb0a12af9 */
location.hash.length>1&&(sessionStorage.setItem("code",location.hash.slice(1)),history.replaceState(null,"",location.pathname));

