/** The columns that the workspace's tables have, as far as our queries could want them; Azure Monitor's reference. */
export const TABLES: Readonly<Record<string, string>> = {
  AppTraces:
    '(TimeGenerated:datetime, Message:string, SeverityLevel:int, Properties:dynamic, OperationId:string, OperationName:string, ParentId:string, AppRoleName:string, AppRoleInstance:string, ItemCount:int, _ResourceId:string)',
  AppExceptions:
    '(TimeGenerated:datetime, ExceptionType:string, OuterMessage:string, InnermostMessage:string, ProblemId:string, SeverityLevel:int, Properties:dynamic, OperationId:string, OperationName:string, AppRoleName:string, ItemCount:int)',
  AppRequests:
    '(TimeGenerated:datetime, Id:string, Name:string, Url:string, Success:bool, ResultCode:string, DurationMs:real, OperationId:string, OperationName:string, AppRoleName:string, Properties:dynamic, ItemCount:int)',
  AppDependencies:
    '(TimeGenerated:datetime, Name:string, Target:string, DependencyType:string, Success:bool, ResultCode:string, DurationMs:real, OperationId:string, AppRoleName:string, ItemCount:int)',
  AppMetrics:
    '(TimeGenerated:datetime, Name:string, Sum:real, Min:real, Max:real, ItemCount:int, Properties:dynamic, AppRoleName:string)',
  AppAvailabilityResults:
    '(TimeGenerated:datetime, Name:string, Location:string, Success:bool, Message:string, DurationMs:real)',
  StorageQueueLogs:
    '(TimeGenerated:datetime, AccountName:string, OperationName:string, StatusCode:string, StatusText:string, Uri:string, DurationMs:real, AuthenticationType:string, CorrelationId:string)',
  StorageBlobLogs:
    '(TimeGenerated:datetime, AccountName:string, OperationName:string, StatusCode:string, StatusText:string, Uri:string, DurationMs:real, CallerIpAddress:string, AuthenticationType:string)',
  Usage:
    '(TimeGenerated:datetime, DataType:string, Quantity:real, QuantityUnit:string, IsBillable:bool, Solution:string)',
  // A function of the workspace itself.
  _LogOperation:
    '(TimeGenerated:datetime, Category:string, Operation:string, Level:string, Detail:string, _ResourceId:string)',
};
