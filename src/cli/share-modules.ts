import { shareModules } from './user-modules.ts'

/** For processes that cucumber-js starts: `node --import` this. */
shareModules()
