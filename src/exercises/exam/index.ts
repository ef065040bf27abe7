export type { Reading } from './clock.ts'
export { drawTasks } from './draw.ts'
export { scoreOf } from './score.ts'
export {
  asExamLine,
  type Exam,
  type ExamEvent,
  type ExamLine,
  endMs,
  examAt,
  examOf,
  isOver,
  type Paper,
} from './state.ts'
export { type ExamStatus, type ExamTaskStatus, statusOf } from './status.ts'
