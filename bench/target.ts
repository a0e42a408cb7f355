/** What the measurements ask: answers at once. Prints its address; ends with whoever started it. */
import { once } from 'node:events';
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('as it should be'));
server.listen(0, '127.0.0.1', 4_096);
await once(server, 'listening');
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}\n`);
process.once('disconnect', () => process.exit());
