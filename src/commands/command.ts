/** What a command gives back: its outputs, and why the action fails although the command did all it could. */
export type CommandResult = { readonly outputs: Readonly<Record<string, string>>; readonly failure?: string }
