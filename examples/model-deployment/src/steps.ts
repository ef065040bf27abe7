import { extend } from 'kubedrill/gherkin'
import { extension } from './extension.js'

extend(extension)
