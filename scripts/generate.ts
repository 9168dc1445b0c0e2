import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { listFile, listModule } from './listed-tools.ts';

// First, because the settings are made from it, and the other files from the settings.
writeFileSync(listFile, listModule());
const { generatedFiles } = await import('./generated.ts');
for (const [file, content] of generatedFiles()) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
