import { BUILDER_SETTINGS } from '../factory/drivers.ts'
import { BINFMT_IMAGE } from '../plan/emulation.ts'
import { inputError } from '../problem.ts'
import { driverOptions, readCommon, readImage } from './builder-settings-reader.ts'
import { choice, optional, type ReadInput } from './read-input.ts'
import { wantedBuilder, type BuilderInputs } from './wanted-builder.ts'

/** Inputs that contradict each other are told before anything is done. */
const checkTogether = ({ name, given }: Pick<BuilderInputs, 'name' | 'given'>): void => {
  const asked = ['driver', ...BUILDER_SETTINGS].filter((setting) => given[setting] !== undefined)
  if (name !== undefined && asked.length > 0) {
    throw inputError(`input builder names an existing builder, which ${asked.join(', ')} cannot change`, {
      hint: 'leave out either',
    })
  }
  if (given['buildkitd-config'] !== undefined && given['buildkitd-config-inline'] !== undefined) {
    throw inputError('inputs buildkitd-config and buildkitd-config-inline are both given', { expected: 'one of them' })
  }
}

/** Reads the inputs about builders and emulation. Throws an InputError that says what contradicts what. */
export const readBuilderInputs = (read: ReadInput, env: NodeJS.ProcessEnv): BuilderInputs => {
  const names = ['driver', ...BUILDER_SETTINGS, 'keep-builder', 'keep-state']
  const given = Object.fromEntries(names.flatMap((name) => (read(name) === '' ? [] : [[name, read(name)]])))
  const inputs: BuilderInputs = {
    ...optional('name', read('builder')),
    given,
    qemu: choice(read, 'qemu', ['auto', 'always', 'never']),
    qemuImage: readImage(read, 'qemu-image', BINFMT_IMAGE),
  }
  checkTogether(inputs)
  // The driver may be that of a pool, which is not known yet; all that does not depend on it is checked now.
  if (given['driver'] === undefined) {
    readCommon(read)
    driverOptions(read)
  } else wantedBuilder(inputs, {}, env)
  return inputs
}
