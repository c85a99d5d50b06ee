import { startPostgres } from '#tests/main-server/postgres.ts';
import { LogWriter, messagesOf } from '#tests/main-server/desk-log-writer.ts';
import { helloOf } from '#tests/main-server/raw-desk.ts';
import { startChild } from '#drill/world/child.ts';
import { openMainStore } from '#drill/main-server/open-store.ts';
import { WebSocket } from 'ws';
import { writeFileSync, mkdtempSync, readFileSync } from 'node:fs';
const pg = await startPostgres();
const dir = mkdtempSync('/tmp/main-bench/'); writeFileSync(dir+'/t','x');
const child = await startChild('drill/main-server/main.ts',['--folder='+dir,'--token-file='+dir+'/t'],{LIFEBOAT_MAIN_DATABASE_URL:pg.url});
const {url} = child.ready as any;
const cpu=()=>{const f=readFileSync(`/proc/${child.pid}/stat`,'utf8').split(' ');return (Number(f[13])+Number(f[14]))*10};
const store = await openMainStore({databaseUrl:pg.url, folder:dir, reached:()=>{}});
for (let round=0;round<4;round++){
const log = new LogWriter('D'+round,{headEvery:1000}).fill(30000).sign();
let d=0;
{ const t=performance.now(); for (let i=0;i<log.rows.length;i+=5000) await store.commitFacts({desk:'X'+round,rows:log.rows.slice(i,i+5000),heads:[]}); d=30001/(performance.now()-t)*1000; }
const texts = messagesOf(log,0,500).map(m=>JSON.stringify(m));
const ws = new WebSocket(url,{headers:{authorization:'Bearer x'}}); let acked=0; let done:any; let welcome:any;
ws.on('message',(b:Buffer)=>{const m=JSON.parse(b.toString()); if(m.type==='welcome')welcome(); if(m.type==='acked'){acked=m.seq; pump(); if(acked===30001)done();}});
await new Promise(r=>ws.once('open',r)); const w=new Promise(r=>welcome=r); let sent=0,k=0;
const pump=()=>{ while(k<texts.length && sent-acked<9500){ ws.send(texts[k++]!); sent=k*500; } };
ws.send(JSON.stringify(helloOf(log))); await w;
const c0=cpu(); const t=performance.now(); const fin=new Promise(r=>done=r); pump(); await fin;
const h=30001/(performance.now()-t)*1000;
console.log('direct',Math.round(d),'handback', Math.round(h),'ratio',(h/d).toFixed(2),'main cpu ms',cpu()-c0,'of',Math.round(performance.now()-t)); ws.terminate();
}
await store.close(); await child.stop(); await pg.stop(); process.exit(0);
