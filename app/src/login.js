const code=location.hash.slice(1);
if(code){
history.replaceState(null,'',location.pathname+location.search);
const answer=await fetch('/login',{method:'POST',headers:{'content-type':'application/x-www-form-urlencoded'},body:'code='+encodeURIComponent(code)});
if(answer.ok)location.reload();
}
