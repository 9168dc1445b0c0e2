import { type ReplicaTask, runReplica } from './limiter-replica.ts';

const task: ReplicaTask = JSON.parse(process.argv[2] ?? '');
await runReplica(task, async () => {
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.destroy();
});
