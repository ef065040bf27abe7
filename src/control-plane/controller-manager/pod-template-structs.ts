/**
 * The Go structs of a pod template: name, JSON name where it is another, sort (s string, i integer, b boolean, p pointer, l
 * slice, m map, t struct) and type of each field, in their order. Source: k8s.io/api/core/v1 types.go of v1.36
 */
export const POD_TEMPLATE_STRUCTS = `
v1.AWSElasticBlockStoreVolumeSource: VolumeID s string, FSType=fsType s string, Partition i int32, ReadOnly b bool
v1.Affinity: NodeAffinity p *v1.NodeAffinity, PodAffinity p *v1.PodAffinity, PodAntiAffinity p *v1.PodAntiAffinity
v1.AppArmorProfile: Type s v1.AppArmorProfileType, LocalhostProfile p *string
v1.AzureDiskVolumeSource: DiskName s string, DataDiskURI=diskURI s string, CachingMode p *v1.AzureDataDiskCachingMode, FSType=fsType p *string, ReadOnly p *bool, Kind p *v1.AzureDataDiskKind
v1.AzureFileVolumeSource: SecretName s string, ShareName s string, ReadOnly b bool
v1.CSIVolumeSource: Driver s string, ReadOnly p *bool, FSType=fsType p *string, VolumeAttributes m map[string]string, NodePublishSecretRef p *v1.LocalObjectReference
v1.Capabilities: Add l []v1.Capability, Drop l []v1.Capability
v1.CephFSVolumeSource: Monitors l []string, Path s string, User s string, SecretFile s string, SecretRef p *v1.LocalObjectReference, ReadOnly b bool
v1.CinderVolumeSource: VolumeID s string, FSType=fsType s string, ReadOnly b bool, SecretRef p *v1.LocalObjectReference
v1.ClusterTrustBundleProjection: Name p *string, SignerName p *string, LabelSelector p *v1.LabelSelector, Optional p *bool, Path s string
v1.ConfigMapEnvSource: LocalObjectReference= t v1.LocalObjectReference, Optional p *bool
v1.ConfigMapKeySelector: LocalObjectReference= t v1.LocalObjectReference, Key s string, Optional p *bool
v1.ConfigMapProjection: LocalObjectReference= t v1.LocalObjectReference, Items l []v1.KeyToPath, Optional p *bool
v1.ConfigMapVolumeSource: LocalObjectReference= t v1.LocalObjectReference, Items l []v1.KeyToPath, DefaultMode p *int32, Optional p *bool
v1.Container: Name s string, Image s string, Command l []string, Args l []string, WorkingDir s string, Ports l []v1.ContainerPort, EnvFrom l []v1.EnvFromSource, Env l []v1.EnvVar, Resources t v1.ResourceRequirements, ResizePolicy l []v1.ContainerResizePolicy, RestartPolicy p *v1.ContainerRestartPolicy, RestartPolicyRules l []v1.ContainerRestartRule, VolumeMounts l []v1.VolumeMount, VolumeDevices l []v1.VolumeDevice, LivenessProbe p *v1.Probe, ReadinessProbe p *v1.Probe, StartupProbe p *v1.Probe, Lifecycle p *v1.Lifecycle, TerminationMessagePath s string, TerminationMessagePolicy s v1.TerminationMessagePolicy, ImagePullPolicy s v1.PullPolicy, SecurityContext p *v1.SecurityContext, Stdin b bool, StdinOnce b bool, TTY=tty b bool
v1.ContainerPort: Name s string, HostPort i int32, ContainerPort i int32, Protocol s v1.Protocol, HostIP s string
v1.ContainerResizePolicy: ResourceName s v1.ResourceName, RestartPolicy s v1.ResourceResizeRestartPolicy
v1.ContainerRestartRule: Action s v1.ContainerRestartRuleAction, ExitCodes p *v1.ContainerRestartRuleOnExitCodes
v1.ContainerRestartRuleOnExitCodes: Operator s v1.ContainerRestartRuleOnExitCodesOperator, Values l []int32
v1.DownwardAPIProjection: Items l []v1.DownwardAPIVolumeFile
v1.DownwardAPIVolumeFile: Path s string, FieldRef p *v1.ObjectFieldSelector, ResourceFieldRef p *v1.ResourceFieldSelector, Mode p *int32
v1.DownwardAPIVolumeSource: Items l []v1.DownwardAPIVolumeFile, DefaultMode p *int32
v1.EmptyDirVolumeSource: Medium s v1.StorageMedium, SizeLimit p *resource.Quantity
v1.EnvFromSource: Prefix s string, ConfigMapRef p *v1.ConfigMapEnvSource, SecretRef p *v1.SecretEnvSource
v1.EnvVar: Name s string, Value s string, ValueFrom p *v1.EnvVarSource
v1.EnvVarSource: FieldRef p *v1.ObjectFieldSelector, ResourceFieldRef p *v1.ResourceFieldSelector, ConfigMapKeyRef p *v1.ConfigMapKeySelector, SecretKeyRef p *v1.SecretKeySelector, FileKeyRef p *v1.FileKeySelector
v1.EphemeralContainer: EphemeralContainerCommon= t v1.EphemeralContainerCommon, TargetContainerName s string
v1.EphemeralContainerCommon: Name s string, Image s string, Command l []string, Args l []string, WorkingDir s string, Ports l []v1.ContainerPort, EnvFrom l []v1.EnvFromSource, Env l []v1.EnvVar, Resources t v1.ResourceRequirements, ResizePolicy l []v1.ContainerResizePolicy, RestartPolicy p *v1.ContainerRestartPolicy, RestartPolicyRules l []v1.ContainerRestartRule, VolumeMounts l []v1.VolumeMount, VolumeDevices l []v1.VolumeDevice, LivenessProbe p *v1.Probe, ReadinessProbe p *v1.Probe, StartupProbe p *v1.Probe, Lifecycle p *v1.Lifecycle, TerminationMessagePath s string, TerminationMessagePolicy s v1.TerminationMessagePolicy, ImagePullPolicy s v1.PullPolicy, SecurityContext p *v1.SecurityContext, Stdin b bool, StdinOnce b bool, TTY=tty b bool
v1.EphemeralVolumeSource: VolumeClaimTemplate p *v1.PersistentVolumeClaimTemplate
v1.ExecAction: Command l []string
v1.FCVolumeSource: TargetWWNs l []string, Lun p *int32, FSType=fsType s string, ReadOnly b bool, WWIDs=wwids l []string
v1.FileKeySelector: VolumeName s string, Path s string, Key s string, Optional p *bool
v1.FlexVolumeSource: Driver s string, FSType=fsType s string, SecretRef p *v1.LocalObjectReference, ReadOnly b bool, Options m map[string]string
v1.FlockerVolumeSource: DatasetName s string, DatasetUUID s string
v1.GCEPersistentDiskVolumeSource: PDName=pdName s string, FSType=fsType s string, Partition i int32, ReadOnly b bool
v1.GRPCAction: Port i int32, Service p *string
v1.GitRepoVolumeSource: Repository s string, Revision s string, Directory s string
v1.GlusterfsVolumeSource: EndpointsName=endpoints s string, Path s string, ReadOnly b bool
v1.HTTPGetAction: Path s string, Port t intstr.IntOrString, Host s string, Scheme s v1.URIScheme, HTTPHeaders=httpHeaders l []v1.HTTPHeader
v1.HTTPHeader: Name s string, Value s string
v1.HostAlias: IP=ip s string, Hostnames l []string
v1.HostPathVolumeSource: Path s string, Type p *v1.HostPathType
v1.ISCSIVolumeSource: TargetPortal s string, IQN=iqn s string, Lun i int32, ISCSIInterface=iscsiInterface s string, FSType=fsType s string, ReadOnly b bool, Portals l []string, DiscoveryCHAPAuth=chapAuthDiscovery b bool, SessionCHAPAuth=chapAuthSession b bool, SecretRef p *v1.LocalObjectReference, InitiatorName p *string
v1.ImageVolumeSource: Reference s string, PullPolicy s v1.PullPolicy
v1.KeyToPath: Key s string, Path s string, Mode p *int32
v1.LabelSelector: MatchLabels m map[string]string, MatchExpressions l []v1.LabelSelectorRequirement
v1.LabelSelectorRequirement: Key s string, Operator s v1.LabelSelectorOperator, Values l []string
v1.Lifecycle: PostStart p *v1.LifecycleHandler, PreStop p *v1.LifecycleHandler, StopSignal p *v1.Signal
v1.LifecycleHandler: Exec p *v1.ExecAction, HTTPGet=httpGet p *v1.HTTPGetAction, TCPSocket=tcpSocket p *v1.TCPSocketAction, Sleep p *v1.SleepAction
v1.LocalObjectReference: Name s string
v1.NFSVolumeSource: Server s string, Path s string, ReadOnly b bool
v1.NodeAffinity: RequiredDuringSchedulingIgnoredDuringExecution p *v1.NodeSelector, PreferredDuringSchedulingIgnoredDuringExecution l []v1.PreferredSchedulingTerm
v1.NodeSelector: NodeSelectorTerms l []v1.NodeSelectorTerm
v1.NodeSelectorRequirement: Key s string, Operator s v1.NodeSelectorOperator, Values l []string
v1.NodeSelectorTerm: MatchExpressions l []v1.NodeSelectorRequirement, MatchFields l []v1.NodeSelectorRequirement
v1.ObjectFieldSelector: APIVersion=apiVersion s string, FieldPath s string
v1.ObjectMeta: Name s string, GenerateName s string, Namespace s string, SelfLink s string, UID=uid s types.UID, ResourceVersion s string, Generation i int64, CreationTimestamp t v1.Time, DeletionTimestamp p *v1.Time, DeletionGracePeriodSeconds p *int64, Labels m map[string]string, Annotations m map[string]string, OwnerReferences l []v1.OwnerReference, Finalizers l []string, ManagedFields l []v1.ManagedFieldsEntry
v1.OwnerReference: APIVersion=apiVersion s string, Kind s string, Name s string, UID=uid s types.UID, Controller p *bool, BlockOwnerDeletion p *bool
v1.PersistentVolumeClaimSpec: AccessModes l []v1.PersistentVolumeAccessMode, Selector p *v1.LabelSelector, Resources t v1.VolumeResourceRequirements, VolumeName s string, StorageClassName p *string, VolumeMode p *v1.PersistentVolumeMode, DataSource p *v1.TypedLocalObjectReference, DataSourceRef p *v1.TypedObjectReference, VolumeAttributesClassName p *string
v1.PersistentVolumeClaimTemplate: ObjectMeta=metadata t v1.ObjectMeta, Spec t v1.PersistentVolumeClaimSpec
v1.PersistentVolumeClaimVolumeSource: ClaimName s string, ReadOnly b bool
v1.PhotonPersistentDiskVolumeSource: PdID s string, FSType=fsType s string
v1.PodAffinity: RequiredDuringSchedulingIgnoredDuringExecution l []v1.PodAffinityTerm, PreferredDuringSchedulingIgnoredDuringExecution l []v1.WeightedPodAffinityTerm
v1.PodAffinityTerm: LabelSelector p *v1.LabelSelector, Namespaces l []string, TopologyKey s string, NamespaceSelector p *v1.LabelSelector, MatchLabelKeys l []string, MismatchLabelKeys l []string
v1.PodAntiAffinity: RequiredDuringSchedulingIgnoredDuringExecution l []v1.PodAffinityTerm, PreferredDuringSchedulingIgnoredDuringExecution l []v1.WeightedPodAffinityTerm
v1.PodCertificateProjection: SignerName s string, KeyType s string, MaxExpirationSeconds p *int32, CredentialBundlePath s string, KeyPath s string, CertificateChainPath s string, UserAnnotations m map[string]string
v1.PodDNSConfig: Nameservers l []string, Searches l []string, Options l []v1.PodDNSConfigOption
v1.PodDNSConfigOption: Name s string, Value p *string
v1.PodOS: Name s v1.OSName
v1.PodReadinessGate: ConditionType s v1.PodConditionType
v1.PodResourceClaim: Name s string, ResourceClaimName p *string, ResourceClaimTemplateName p *string
v1.PodSchedulingGate: Name s string
v1.PodSchedulingGroup: PodGroupName p *string
v1.PodSecurityContext: SELinuxOptions=seLinuxOptions p *v1.SELinuxOptions, WindowsOptions p *v1.WindowsSecurityContextOptions, RunAsUser p *int64, RunAsGroup p *int64, RunAsNonRoot p *bool, SupplementalGroups l []int64, SupplementalGroupsPolicy p *v1.SupplementalGroupsPolicy, FSGroup=fsGroup p *int64, Sysctls l []v1.Sysctl, FSGroupChangePolicy=fsGroupChangePolicy p *v1.PodFSGroupChangePolicy, SeccompProfile p *v1.SeccompProfile, AppArmorProfile p *v1.AppArmorProfile, SELinuxChangePolicy=seLinuxChangePolicy p *v1.PodSELinuxChangePolicy
v1.PodSpec: Volumes l []v1.Volume, InitContainers l []v1.Container, Containers l []v1.Container, EphemeralContainers l []v1.EphemeralContainer, RestartPolicy s v1.RestartPolicy, TerminationGracePeriodSeconds p *int64, ActiveDeadlineSeconds p *int64, DNSPolicy=dnsPolicy s v1.DNSPolicy, NodeSelector m map[string]string, ServiceAccountName s string, DeprecatedServiceAccount=serviceAccount s string, AutomountServiceAccountToken p *bool, NodeName s string, HostNetwork b bool, HostPID b bool, HostIPC b bool, ShareProcessNamespace p *bool, SecurityContext p *v1.PodSecurityContext, ImagePullSecrets l []v1.LocalObjectReference, Hostname s string, Subdomain s string, Affinity p *v1.Affinity, SchedulerName s string, Tolerations l []v1.Toleration, HostAliases l []v1.HostAlias, PriorityClassName s string, Priority p *int32, DNSConfig=dnsConfig p *v1.PodDNSConfig, ReadinessGates l []v1.PodReadinessGate, RuntimeClassName p *string, EnableServiceLinks p *bool, PreemptionPolicy p *v1.PreemptionPolicy, Overhead m v1.ResourceList, TopologySpreadConstraints l []v1.TopologySpreadConstraint, SetHostnameAsFQDN p *bool, OS=os p *v1.PodOS, HostUsers p *bool, SchedulingGates l []v1.PodSchedulingGate, ResourceClaims l []v1.PodResourceClaim, Resources p *v1.ResourceRequirements, HostnameOverride p *string, SchedulingGroup p *v1.PodSchedulingGroup
v1.PodTemplateSpec: ObjectMeta=metadata t v1.ObjectMeta, Spec t v1.PodSpec
v1.PortworxVolumeSource: VolumeID s string, FSType=fsType s string, ReadOnly b bool
v1.PreferredSchedulingTerm: Weight i int32, Preference t v1.NodeSelectorTerm
v1.Probe: ProbeHandler= t v1.ProbeHandler, InitialDelaySeconds i int32, TimeoutSeconds i int32, PeriodSeconds i int32, SuccessThreshold i int32, FailureThreshold i int32, TerminationGracePeriodSeconds p *int64
v1.ProbeHandler: Exec p *v1.ExecAction, HTTPGet=httpGet p *v1.HTTPGetAction, TCPSocket=tcpSocket p *v1.TCPSocketAction, GRPC=grpc p *v1.GRPCAction
v1.ProjectedVolumeSource: Sources l []v1.VolumeProjection, DefaultMode p *int32
v1.QuobyteVolumeSource: Registry s string, Volume s string, ReadOnly b bool, User s string, Group s string, Tenant s string
v1.RBDVolumeSource: CephMonitors=monitors l []string, RBDImage=image s string, FSType=fsType s string, RBDPool=pool s string, RadosUser=user s string, Keyring s string, SecretRef p *v1.LocalObjectReference, ReadOnly b bool
v1.ResourceClaim: Name s string, Request s string
v1.ResourceFieldSelector: ContainerName s string, Resource s string, Divisor t resource.Quantity
v1.ResourceRequirements: Limits m v1.ResourceList, Requests m v1.ResourceList, Claims l []v1.ResourceClaim
v1.SELinuxOptions: User s string, Role s string, Type s string, Level s string
v1.ScaleIOVolumeSource: Gateway s string, System s string, SecretRef p *v1.LocalObjectReference, SSLEnabled=sslEnabled b bool, ProtectionDomain s string, StoragePool s string, StorageMode s string, VolumeName s string, FSType=fsType s string, ReadOnly b bool
v1.SeccompProfile: Type s v1.SeccompProfileType, LocalhostProfile p *string
v1.SecretEnvSource: LocalObjectReference= t v1.LocalObjectReference, Optional p *bool
v1.SecretKeySelector: LocalObjectReference= t v1.LocalObjectReference, Key s string, Optional p *bool
v1.SecretProjection: LocalObjectReference= t v1.LocalObjectReference, Items l []v1.KeyToPath, Optional p *bool
v1.SecretVolumeSource: SecretName s string, Items l []v1.KeyToPath, DefaultMode p *int32, Optional p *bool
v1.SecurityContext: Capabilities p *v1.Capabilities, Privileged p *bool, SELinuxOptions=seLinuxOptions p *v1.SELinuxOptions, WindowsOptions p *v1.WindowsSecurityContextOptions, RunAsUser p *int64, RunAsGroup p *int64, RunAsNonRoot p *bool, ReadOnlyRootFilesystem p *bool, AllowPrivilegeEscalation p *bool, ProcMount p *v1.ProcMountType, SeccompProfile p *v1.SeccompProfile, AppArmorProfile p *v1.AppArmorProfile
v1.ServiceAccountTokenProjection: Audience s string, ExpirationSeconds p *int64, Path s string
v1.SleepAction: Seconds i int64
v1.StorageOSVolumeSource: VolumeName s string, VolumeNamespace s string, FSType=fsType s string, ReadOnly b bool, SecretRef p *v1.LocalObjectReference
v1.Sysctl: Name s string, Value s string
v1.TCPSocketAction: Port t intstr.IntOrString, Host s string
v1.Toleration: Key s string, Operator s v1.TolerationOperator, Value s string, Effect s v1.TaintEffect, TolerationSeconds p *int64
v1.TopologySpreadConstraint: MaxSkew i int32, TopologyKey s string, WhenUnsatisfiable s v1.UnsatisfiableConstraintAction, LabelSelector p *v1.LabelSelector, MinDomains p *int32, NodeAffinityPolicy p *v1.NodeInclusionPolicy, NodeTaintsPolicy p *v1.NodeInclusionPolicy, MatchLabelKeys l []string
v1.TypedLocalObjectReference: APIGroup=apiGroup p *string, Kind s string, Name s string
v1.TypedObjectReference: APIGroup=apiGroup p *string, Kind s string, Name s string, Namespace p *string
v1.Volume: Name s string, VolumeSource= t v1.VolumeSource
v1.VolumeDevice: Name s string, DevicePath s string
v1.VolumeMount: Name s string, ReadOnly b bool, RecursiveReadOnly p *v1.RecursiveReadOnlyMode, MountPath s string, SubPath s string, MountPropagation p *v1.MountPropagationMode, SubPathExpr s string
v1.VolumeProjection: Secret p *v1.SecretProjection, DownwardAPI p *v1.DownwardAPIProjection, ConfigMap p *v1.ConfigMapProjection, ServiceAccountToken p *v1.ServiceAccountTokenProjection, ClusterTrustBundle p *v1.ClusterTrustBundleProjection, PodCertificate p *v1.PodCertificateProjection
v1.VolumeResourceRequirements: Limits m v1.ResourceList, Requests m v1.ResourceList
v1.VolumeSource: HostPath p *v1.HostPathVolumeSource, EmptyDir p *v1.EmptyDirVolumeSource, GCEPersistentDisk=gcePersistentDisk p *v1.GCEPersistentDiskVolumeSource, AWSElasticBlockStore=awsElasticBlockStore p *v1.AWSElasticBlockStoreVolumeSource, GitRepo p *v1.GitRepoVolumeSource, Secret p *v1.SecretVolumeSource, NFS=nfs p *v1.NFSVolumeSource, ISCSI=iscsi p *v1.ISCSIVolumeSource, Glusterfs p *v1.GlusterfsVolumeSource, PersistentVolumeClaim p *v1.PersistentVolumeClaimVolumeSource, RBD=rbd p *v1.RBDVolumeSource, FlexVolume p *v1.FlexVolumeSource, Cinder p *v1.CinderVolumeSource, CephFS=cephfs p *v1.CephFSVolumeSource, Flocker p *v1.FlockerVolumeSource, DownwardAPI p *v1.DownwardAPIVolumeSource, FC=fc p *v1.FCVolumeSource, AzureFile p *v1.AzureFileVolumeSource, ConfigMap p *v1.ConfigMapVolumeSource, VsphereVolume p *v1.VsphereVirtualDiskVolumeSource, Quobyte p *v1.QuobyteVolumeSource, AzureDisk p *v1.AzureDiskVolumeSource, PhotonPersistentDisk p *v1.PhotonPersistentDiskVolumeSource, Projected p *v1.ProjectedVolumeSource, PortworxVolume p *v1.PortworxVolumeSource, ScaleIO p *v1.ScaleIOVolumeSource, StorageOS=storageos p *v1.StorageOSVolumeSource, CSI=csi p *v1.CSIVolumeSource, Ephemeral p *v1.EphemeralVolumeSource, Image p *v1.ImageVolumeSource
v1.VsphereVirtualDiskVolumeSource: VolumePath s string, FSType=fsType s string, StoragePolicyName s string, StoragePolicyID s string
v1.WeightedPodAffinityTerm: Weight i int32, PodAffinityTerm t v1.PodAffinityTerm
v1.WindowsSecurityContextOptions: GMSACredentialSpecName=gmsaCredentialSpecName p *string, GMSACredentialSpec=gmsaCredentialSpec p *string, RunAsUserName p *string, HostProcess p *bool
`
