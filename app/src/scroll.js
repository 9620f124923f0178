try{
const key=()=>'at '+location.href.split('#')[0],kept=sessionStorage.getItem(key());
const place=()=>{
const group=[...document.querySelectorAll('.group')].find(it=>it.getBoundingClientRect().bottom>1);
const name=group?.querySelector('[data-fold]')?.dataset.fold;
if(scrollY&&name)sessionStorage.setItem(key(),`${group.getBoundingClientRect().top} ${name}`);
else sessionStorage.removeItem(key());
};
addEventListener('pagehide',place);
addEventListener('visibilitychange',()=>{if(document.hidden)place()});
const [visit]=performance.getEntriesByType('navigation');
if(kept&&visit?.type!=='navigate'){
const [top]=kept.split(' ',1),name=kept.slice(top.length+1),moved=new AbortController(),{signal}=moved;
for(const kind of ['wheel','touchmove','pointerdown','keydown'])addEventListener(kind,()=>moved.abort(),{signal,passive:true});
let frames=900,calm=0;
const look=()=>{
if(signal.aborted||!frames--||calm>30)return;
const off=document.querySelector(`[data-fold="${CSS.escape(name)}"]`)?.closest('.group').getBoundingClientRect().top-top;
if(Math.abs(off)>1){const was=scrollY;scrollBy(0,off);calm=scrollY===was?calm+1:0}
else if(!isNaN(off))calm++;
requestAnimationFrame(look);
};
look();
}
}catch{}
