/** What the measurements ask: answers at once. Prints its address, tells how often it was asked, ends with its parent. */
import { once } from 'node:events';
import { createServer } from 'node:http';

let asked = 0;
const server = createServer((_request, response) => {
  asked++;
  response.end('as it should be');
});
server.listen(0, '127.0.0.1', 4_096);
await once(server, 'listening');
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}\n`);
process.on('message', () => process.send?.(asked));
process.once('disconnect', () => process.exit());
