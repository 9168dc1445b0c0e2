import { packMcpb } from './packaging/mcpb.ts';
import { project } from './project.ts';

process.stdout.write(`${packMcpb(project, 'dist-mcpb')}\n`);
