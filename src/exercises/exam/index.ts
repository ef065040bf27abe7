export type { ExamClock, Reading } from './clock.ts'
export { drawTasks } from './draw.ts'
export { type ExamScore, type Score, scoreOf } from './score.ts'
export {
  asExamLine,
  type Exam,
  type ExamEvent,
  type ExamLine,
  endMs,
  examAt,
  examOf,
  isOver,
  limitMs,
  type Paper,
  type PaperTask,
} from './state.ts'
export { type ExamStatus, type ExamTaskStatus, isGraded, statusOf } from './status.ts'
