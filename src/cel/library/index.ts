import type { Overload } from '../declarations.ts'
import { addresses } from './addresses.ts'
import { authorizer } from './authorizer.ts'
import { formats } from './formats.ts'
import { lists } from './lists.ts'
import { optionals } from './optionals.ts'
import { quantities } from './quantities.ts'
import { semver } from './semver.ts'
import { strings } from './strings.ts'
import { urls } from './urls.ts'

/** Source: apiserver/pkg/cel/environment/base.go baseOpts, at the compatibility version of v1.36 */
export const libraries: readonly Overload[] = [
  ...optionals,
  ...strings,
  ...lists,
  ...urls,
  ...addresses,
  ...quantities,
  ...semver,
  ...formats,
  ...authorizer,
]
