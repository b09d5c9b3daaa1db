import process from "node:process";
import { Connection } from "/work/main/log/kafka/connection.ts";
import { KafkaAppender } from "/work/main/log/kafka/appender.ts";
import { encodeRaw } from "/work/main/log/kafka/raw_codec.ts";
import { partitionOf } from "/work/main/log/partition.ts";
import { batchOf, columnsOf } from "/work/main/log/testing/batches.ts";
const [mode, rateS, nS]=Deno.args; const rate=+rateS,N=+nS;
const s={brokers:["127.0.0.1:39092"],ssl:false as const,sasl:null,topicPrefix:`p${Date.now()}.`,sessionTimeoutMs:6000};
const c=new Connection(s); const admin=c.kafka.admin(); await admin.connect(); const topic=c.name("raw");
await admin.createTopics({waitForLeaders:true,topics:[{topic,numPartitions:8,configEntries:[{name:"max.message.bytes",value:"4194304"}]}]});
const cols=Array.from({length:200},()=>columnsOf(50,Array.from({length:50},(_,j)=>1767225600000+20*j),Array.from({length:150},(_,k)=>Math.round((Math.sin(k/7)*3+Math.random()*2)*1e4)/1e4)));
let append:(b:any)=>Promise<unknown>;
if(mode==="ours"){const a=KafkaAppender.open(c,{topic,partitions:8,maxMessageBytes:4<<20,recent:[]}); append=b=>a.append(b);}
else if(mode==="none"){append=(b)=>{encodeRaw(b);return Promise.resolve();};}
else {const p=c.kafka.producer({idempotent:true,maxInFlightRequests:1}); await p.connect(); let q:any[]=[]; let busy=false;
 const flush=async()=>{ if(busy||!q.length)return; busy=true; const g=q;q=[]; await p.sendBatch({acks:-1,topicMessages:[{topic,messages:g.map(x=>x.m)}]}); busy=false; for(const x of g)x.r(); };
 setInterval(flush,20); append=(b)=>new Promise<void>(r=>{q.push({m:{key:b.deviceId,value:encodeRaw(b),partition:partitionOf(b.deviceId,8)},r});});}
const pid=Number(new TextDecoder().decode(await new Deno.Command("pgrep",{args:["-f","/tmp/d-kafka|-f server.properties"]}).output().then(o=>o.stdout)).trim().split("\n")[0]||0);
const bcpu=()=>{try{const f=Deno.readTextFileSync(`/proc/${Deno.env.get("BP")}/stat`).split(") ")[1].split(" ");return (+f[11]+ +f[12])*10000;}catch(e){return 0}};
let sent=0,warm=0; const lat:number[]=[]; const ps:Promise<void>[]=[]; let t0=performance.now(),cpu0=process.cpuUsage(),b0=bcpu(),mark=0;
await new Promise<void>(res=>{const iv=setInterval(()=>{ const due=Math.min(N,(performance.now()-t0)/1000*rate); while(sent<due){const t=performance.now(); const late=sent>N/3; if(late&&!mark){mark=sent;cpu0=process.cpuUsage();b0=bcpu();} ps.push(append(batchOf(`phone-${sent%5000}`,`m${sent}`,cols[sent%200])).then(()=>{if(late)lat.push(performance.now()-t)}));sent++;} if(sent>=N){clearInterval(iv);res();}},4);});
await Promise.all(ps); const cpu=process.cpuUsage(cpu0),n=N-mark; lat.sort((a,b)=>a-b);
console.log(`${mode} ${rate}/s: client ${((cpu.user+cpu.system)/n).toFixed(1)} us/msg, broker ${((bcpu()-b0)/n).toFixed(1)}, p50 ${lat[lat.length>>1].toFixed(1)} p99 ${lat[Math.floor(lat.length*.99)].toFixed(1)} rss ${(Deno.memoryUsage().rss>>20)}MB`); Deno.exit(0);
