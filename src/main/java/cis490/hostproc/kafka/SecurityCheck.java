package cis490.hostproc.kafka;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.spi.LoginModule;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClientFactory;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.network.ConnectionMode;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.security.ssl.SslFactory;
import org.apache.kafka.common.utils.SecurityUtils;

/**
 * What can be checked of TLS and SASL without a connection: no broker, no key distribution center
 * and no token endpoint is asked.
 */
final class SecurityCheck {

  private static final String KERBEROS = SaslConfigs.GSSAPI_MECHANISM;
  private static final String OAUTH = OAuthBearerLoginModule.OAUTHBEARER_MECHANISM;

  /** They take a user's name and password from their options. */
  private static final Set<String> PASSWORD_MODULES =
      Set.of(PlainLoginModule.class.getName(), ScramLoginModule.class.getName());

  private final AdminClientConfig config;
  private final Map<String, ?> values;

  SecurityCheck(AdminClientConfig config) {
    this.config = config;
    this.values = config.values();
  }

  /**
   * All of it.
   *
   * @throws BadSettingException if it is known which setting can't work
   * @throws Exception if something else can't
   */
  void run() throws Exception {
    SecurityProtocol protocol =
        SecurityProtocol.forName(config.getString(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG));
    SecurityUtils.addConfiguredSecurityProviders(values);
    if (protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL) {
      checkTls();
    }
    if (protocol == SecurityProtocol.SASL_PLAINTEXT || protocol == SecurityProtocol.SASL_SSL) {
      checkSasl();
    }
  }

  /** The JDK refuses another only when the broker's certificate has come. */
  private void checkNameCheck() {
    String setting = SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG;
    String algorithm = config.getString(setting);
    boolean known =
        algorithm == null
            || Set.of("", "HTTPS", "LDAPS").contains(algorithm.toUpperCase(Locale.ROOT));
    if (!known) {
      throw new BadSettingException(setting, setting + "=" + algorithm + ": https, or nothing");
    }
  }

  /** Loads the stores and says the first words of a handshake, to nobody. */
  private void checkTls() throws Exception {
    if (config.getClass(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG) != null) {
      // Whatever it does.
      return;
    }
    checkNameCheck();
    try (SslFactory factory = new SslFactory(ConnectionMode.CLIENT)) {
      factory.configure(values);
      SSLEngine engine = factory.createSslEngine("localhost", 1);
      engine.beginHandshake();
      int length = engine.getSession().getPacketBufferSize();
      engine.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(length));
    }
  }

  private void checkSasl() throws Exception {
    String mechanism = config.getString(SaslConfigs.SASL_MECHANISM);
    List<AppConfigurationEntry> modules = modules();
    for (AppConfigurationEntry module : modules) {
      // Loaded as for a login: it brings the mechanism with it.
      SettingsCheck.requireClass(
          SaslConfigs.SASL_JAAS_CONFIG, module.getLoginModuleName(), LoginModule.class);
      Class.forName(module.getLoginModuleName());
    }
    requireMechanism(mechanism, modules);
    if (mechanism.equals(KERBEROS)) {
      checkKerberos(modules);
    } else if (mechanism.equals(OAUTH)) {
      checkOAuth(modules);
    } else {
      checkPassword(modules);
    }
  }

  private List<AppConfigurationEntry> modules() {
    try {
      return JaasContext.loadClientContext(values).configurationEntries();
    } catch (RuntimeException wrong) {
      String setting = SaslConfigs.SASL_JAAS_CONFIG;
      boolean set = config.getPassword(setting) != null;
      throw new BadSettingException(
          set ? setting : CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
          set
              ? setting + ": " + FailureText.all(wrong)
              : CommonClientConfigs.SECURITY_PROTOCOL_CONFIG
                  + " needs "
                  + setting
                  + ": "
                  + FailureText.all(wrong));
    }
  }

  private void requireMechanism(String mechanism, List<AppConfigurationEntry> modules) {
    boolean there =
        factories()
            .flatMap(factory -> Arrays.stream(factory.getMechanismNames(null)))
            .anyMatch(mechanism::equals);
    boolean passwords =
        modules.stream().allMatch(m -> PASSWORD_MODULES.contains(m.getLoginModuleName()));
    if (!there || (mechanism.equals(KERBEROS) && passwords)) {
      throw new BadSettingException(
          SaslConfigs.SASL_MECHANISM,
          String.format(
              Locale.ROOT,
              "%s=%s%s does not go with %s",
              SaslConfigs.SASL_MECHANISM,
              mechanism,
              isSet(SaslConfigs.SASL_MECHANISM) ? "" : " (Kafka's default)",
              modules.get(0).getLoginModuleName()));
    }
  }

  private static Stream<SaslClientFactory> factories() {
    return Collections.list(Sasl.getSaslClientFactories()).stream();
  }

  private boolean isSet(String name) {
    return config.originals().containsKey(name);
  }

  private void checkKerberos(List<AppConfigurationEntry> modules) throws Exception {
    boolean named =
        isSet(SaslConfigs.SASL_KERBEROS_SERVICE_NAME)
            || JaasContext.configEntryOption(modules, "serviceName", null) != null;
    if (!named) {
      throw new BadSettingException(
          SaslConfigs.SASL_MECHANISM,
          SaslConfigs.SASL_MECHANISM
              + "="
              + KERBEROS
              + " needs "
              + SaslConfigs.SASL_KERBEROS_SERVICE_NAME);
    }
    String keyTab = JaasContext.configEntryOption(modules, "keyTab", null);
    if (keyTab != null && !Files.isReadable(Path.of(keyTab.replaceFirst("^FILE:", "")))) {
      throw new BadSettingException(
          SaslConfigs.SASL_JAAS_CONFIG,
          SaslConfigs.SASL_JAAS_CONFIG + ": keyTab " + keyTab + " can't be read");
    }
  }

  private void checkOAuth(List<AppConfigurationEntry> modules) {
    Class<?> handler = config.getClass(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS);
    if (handler == null && modules.get(0).getOptions().isEmpty()) {
      throw new BadSettingException(
          SaslConfigs.SASL_MECHANISM,
          SaslConfigs.SASL_MECHANISM
              + "="
              + OAUTH
              + " needs "
              + SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS);
    }
    Class<?> retriever = config.getClass(SaslConfigs.SASL_OAUTHBEARER_JWT_RETRIEVER_CLASS);
    if (handler == OAuthBearerLoginCallbackHandler.class
        && retriever == DefaultJwtRetriever.class) {
      try (DefaultJwtRetriever kafkas = new DefaultJwtRetriever()) {
        kafkas.configure(values, OAUTH, modules);
      } catch (Exception wrong) {
        String url = SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL;
        String setting = isSet(url) ? url : SaslConfigs.SASL_MECHANISM;
        throw new BadSettingException(setting, setting + ": " + FailureText.all(wrong));
      }
    }
  }

  private void checkPassword(List<AppConfigurationEntry> modules) {
    boolean otherwise =
        config.getClass(SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS) != null
            || config.getClass(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS) != null
            || config.getClass(SaslConfigs.SASL_LOGIN_CLASS) != null;
    if (otherwise) {
      return;
    }
    for (AppConfigurationEntry module : modules) {
      for (String option : List.of("username", "password")) {
        if (PASSWORD_MODULES.contains(module.getLoginModuleName())
            && !module.getOptions().containsKey(option)) {
          throw new BadSettingException(
              SaslConfigs.SASL_JAAS_CONFIG,
              SaslConfigs.SASL_JAAS_CONFIG + ": no " + option + "=\"…\" in it");
        }
      }
    }
  }
}
