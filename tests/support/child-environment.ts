/**
 * The environment of a process that a test starts: nothing of the runner's own settings (jest's flags, the
 * accounts of its emulator), temporary files where the test removes them.
 */
export function childEnvironment(
  temporaryFolder: string,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: temporaryFolder,
    TMPDIR: temporaryFolder,
    REVISION: 'revision-under-test',
    ...settings,
  };
}
