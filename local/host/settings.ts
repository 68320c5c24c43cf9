/** App settings: environment variables, and the storage account that the host was given. */
export type Settings = {
  get(name: string): string | undefined;
  /** Replaces each %NAME% by the setting's value. */
  resolve(text: string): string;
  /** Connection string for the `connection` of a binding. */
  connection(name: string | undefined): string;
  isDisabled(functionName: string): boolean;
};

/** A setting that a binding names does not exist. */
export class SettingMissing extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingMissing';
  }
}

export function settingsFrom(env: NodeJS.ProcessEnv, storage: string): Settings {
  const get = (name: string): string | undefined => (name === 'AzureWebJobsStorage' ? storage : env[name]);
  return {
    get,
    resolve: (text) =>
      text.replace(/%([^%]+)%/g, (_match, name: string) => {
        const value = get(name);
        if (value === undefined) throw new SettingMissing(`setting ${name}, used in "${text}", is not set`);
        return value;
      }),
    connection(name = 'AzureWebJobsStorage') {
      // The real host tries the name with its prefix first.
      const value = get(`AzureWebJobs${name}`) ?? get(name);
      if (value !== undefined) return value;
      const isIdentity = Object.keys(env).some((key) => key.startsWith(`${name}__`));
      throw new SettingMissing(
        isIdentity
          ? `connection ${name} uses an identity (${name}__…): this host needs a connection string in ${name}`
          : `connection ${name}: neither ${name} nor AzureWebJobs${name} is set`,
      );
    },
    isDisabled: (functionName) =>
      ['1', 'true'].includes((get(`AzureWebJobs.${functionName}.Disabled`) ?? '').toLowerCase()),
  };
}
