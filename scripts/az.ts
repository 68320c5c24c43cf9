import { spawn } from 'node:child_process';

// The Azure command line, as whoever is signed in: a person, azd, or a workflow by OIDC.

export class AzureRefused extends Error {
  override readonly name = 'AzureRefused';
}

/** What a command of `az` prints. Throws AzureRefused with its last words. */
export function az(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // On Windows it is a script of the shell.
    const child = spawn('az', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', (cause) =>
      reject(
        new AzureRefused('az, the Azure command line, is not there. Install it and run az login.', { cause }),
      ),
    );
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      // The words of the command only: its arguments may hold secrets.
      else
        reject(
          new AzureRefused(`az ${args.slice(0, 3).join(' ')} ended with code ${code}: ${lastWords(err)}`),
        );
    });
  });
}

function lastWords(text: string): string {
  return text.trim().slice(-2_000) || 'it did not say why';
}
