/** A supervisor in a process of its own, to be killed. */
import { supervise } from './supervise.ts';

const [file = '', folder = ''] = process.argv.slice(2);
const supervisor = supervise({ say: () => {} });
const env = async () => ({ PATH: process.env.PATH ?? '', VEDETTE_NOTES_DIR: folder, WORKER_NAME: 'orphan' });
await supervisor.keep({ name: 'orphan', file, env });
